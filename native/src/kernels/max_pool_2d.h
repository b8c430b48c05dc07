// Contract of max_pool_2d, NHWC.
//
//   y = clamp(max of x over the positions of the window that lie inside the input)
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size, stride and filter >= 1; 0 <= pad < filter, so that each window covers at least
// one position; sizes fit.
struct MaxPool2DArgs {
  std::int32_t batch, in_h, in_w, channels;
  std::int32_t out_h, out_w;
  std::int32_t filter_h, filter_w;
  std::int32_t stride_h, stride_w;
  std::int32_t pad_top, pad_left;
  QType type;
  std::int32_t clamp_min, clamp_max;  // within the type
};

#define AIEDGE_VARIANT(name) extern const Kernel<MaxPool2DArgs> max_pool_2d_##name;
#include "kernels/max_pool_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
