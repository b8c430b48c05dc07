// conv_2d by a matrix product whose rows are the output's pixels: what all NEON variants share.
#pragma once

#include "kernels/conv_2d.h"
#include "kernels/neon/gemm.h"

namespace aiedge::kernels::neon {

[[nodiscard]] std::size_t conv_2d_packed_bytes(const Conv2DArgs& a);
void conv_2d_pack(const Conv2DArgs& a, std::int32_t group, void* packed);
[[nodiscard]] std::size_t conv_2d_scratch_bytes(const Conv2DArgs& a);
[[nodiscard]] std::int32_t conv_2d_units(const Conv2DArgs& a);
void conv_2d_run(const Conv2DArgs& a, const Multiplier& with, const Work& work);

}  // namespace aiedge::kernels::neon
