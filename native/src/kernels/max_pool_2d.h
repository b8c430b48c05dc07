// Contract of max_pool_2d, NHWC.
//
//   y = clamp(max of x over the positions of the window that lie inside the input)
#pragma once

#include "kernels/kernel.h"
#include "kernels/pool_2d.h"

namespace aiedge::kernels {

struct MaxPool2DArgs : Pool2DArgs {};

#define AIEDGE_VARIANT(name) extern const Kernel<MaxPool2DArgs> max_pool_2d_##name;
#include "kernels/max_pool_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
