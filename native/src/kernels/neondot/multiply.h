// SDOT: four products of 8 bits are added to each of four sums.
#pragma once

#include "kernels/neon/gemm.h"

namespace aiedge::kernels::neondot {

extern const neon::Multiplier multiplier;

}  // namespace aiedge::kernels::neondot
