// Contract of float_average_pool_2d: x (N,H,W,C) -> y (N,OH,OW,C), float32.
//
//   sum = 0;  for ky, kx ascending, where x exists there:  sum = f32(sum + x);  y = f32(sum / f32(n))
//
// n: the positions that exist, or with count_padding all of the window.
#pragma once

#include "kernels/float_pool_2d.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

struct FloatAveragePool2DArgs : FloatPool2DArgs {
  bool count_padding;
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatAveragePool2DArgs> float_average_pool_2d_##name;
#include "kernels/float_average_pool_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
