// SMMLA: two rows of eight activations times two channels' eight weights are added to four sums.
#pragma once

#include "kernels/neon/gemm.h"

namespace aiedge::kernels::neoni8mm {

extern const neon::Multiplier multiplier;

}  // namespace aiedge::kernels::neoni8mm
