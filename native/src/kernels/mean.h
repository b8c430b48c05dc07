// Contract of mean: x (batch, positions, channels) -> (batch, channels), the mean over all positions, or
// their sum: `scale` decides.
//
//   y = saturate(rne(f32(f32(f32(sum of x) * scale) + bias)))
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size >= 1; positions <= 2^23 (the sum fits an int32); scale finite, normal, > 0; bias
// finite.
struct MeanArgs {
  std::int32_t batch, positions, channels;
  QType type;
  float scale;  // f32(f32(1 / positions) * f32(sx / sy)); for a sum f32(sx / sy)
  float bias;   // f32(f32(zy) - f32(f32(positions * zx) * scale))
};

#define AIEDGE_VARIANT(name) extern const Kernel<MeanArgs> mean_##name;
#include "kernels/mean.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
