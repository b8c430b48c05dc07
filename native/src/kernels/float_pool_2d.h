// The arguments of the float pooling kernels.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size, stride and filter >= 1; 0 <= pad < filter, so that each window covers at least
// one position; sizes fit.
struct FloatPool2DArgs {
  std::int32_t batch, in_h, in_w, channels;
  std::int32_t out_h, out_w;
  std::int32_t filter_h, filter_w;
  std::int32_t stride_h, stride_w;
  std::int32_t pad_top, pad_left;
};

}  // namespace aiedge::kernels
