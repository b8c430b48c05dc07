// Contract of average_pool_2d: x (N,H,W,C) -> (N,OH,OW,C), input and output of the same quantization.
//
//   y = clamp(mean of the raw integers in the window, rounded half away from zero)
//
// Positions outside the input are not counted.
#pragma once

#include "kernels/kernel.h"
#include "kernels/pool_2d.h"

namespace aiedge::kernels {

// Precondition besides: filter_h * filter_w <= 2^23 (the sum fits an int32).
struct AveragePool2DArgs : Pool2DArgs {};

#define AIEDGE_VARIANT(name) extern const Kernel<AveragePool2DArgs> average_pool_2d_##name;
#include "kernels/average_pool_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
