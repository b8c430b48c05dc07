// Contract of float_max_pool_2d: x (N,H,W,C) -> y (N,OH,OW,C), float32.
//
//   y = the first x that exists in the window;  for ky, kx ascending:  y = x > y ? x : y
#pragma once

#include "kernels/float_pool_2d.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

struct FloatMaxPool2DArgs : FloatPool2DArgs {};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatMaxPool2DArgs> float_max_pool_2d_##name;
#include "kernels/float_max_pool_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
