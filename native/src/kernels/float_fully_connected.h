// Contract of float_fully_connected: x (rows, depth), weights (O, depth) -> y (rows, O), all float32.
//
//   acc = bias[o];  for k ascending:  acc = f32(acc + f32(x[k] * weight[o, k]));  y = acc
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes >= 1; rows * depth and rows * out_c < 2^31.
struct FloatFullyConnectedArgs {
  std::int32_t rows, depth, out_c;
  const float* weights;
  const float* bias;  // out_c
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatFullyConnectedArgs> float_fully_connected_##name;
#include "kernels/float_fully_connected.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
