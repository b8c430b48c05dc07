// Contract of average_pool_2d: x (N,H,W,C) -> (N,OH,OW,C), input and output of the same quantization.
//
//   y = clamp(mean of the raw integers in the window, rounded half away from zero)
//
// Positions outside the input are not counted.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size and stride >= 1; 0 <= pad < filter, so that each window covers at least one
// position; filter_h * filter_w <= 2^23 (the sum fits an int32).
struct AveragePool2DArgs {
  std::int32_t batch, in_h, in_w, channels;
  std::int32_t out_h, out_w;
  std::int32_t filter_h, filter_w;
  std::int32_t stride_h, stride_w;
  std::int32_t pad_top, pad_left;
  QType type;
  std::int32_t clamp_min, clamp_max;  // within the type
};

#define AIEDGE_VARIANT(name) extern const Kernel<AveragePool2DArgs> average_pool_2d_##name;
#include "kernels/average_pool_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
