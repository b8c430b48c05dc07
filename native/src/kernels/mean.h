// Contract of mean: x (batch, positions, channels) -> (batch, channels), the mean over all positions.
//
//   y = saturate(rne(f32(f32(sum of (x - input_zero_point)) * scale)) + output_zero_point)
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size >= 1; positions <= 2^23 (the sum fits an int32); scale finite, normal, > 0.
struct MeanArgs {
  std::int32_t batch, positions, channels;
  QType type;
  std::int32_t input_zero_point, output_zero_point;
  float scale;  // f32(f32(sx / sy) / f32(positions))
};

#define AIEDGE_VARIANT(name) extern const Kernel<MeanArgs> mean_##name;
#include "kernels/mean.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
