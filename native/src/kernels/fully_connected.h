// Contract of fully_connected: x (rows, depth), weights (out_c, depth), bias (out_c) -> (rows, out_c).
//
//   acc = bias[o] + sum over k of (x - input_zero_point) * (w - weight_zero_point)   modulo 2^32, as int32
//   y   = requant(acc, o)
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size >= 1; every tensor has at most 2^31 - 1 elements.
struct FullyConnectedArgs {
  std::int32_t rows, depth, out_c;
  QType type;                      // of input and output
  std::int32_t input_zero_point;   // within the type
  QType weight_type;               // in practice that of the input
  std::int32_t weight_zero_point;  // one for all channels, within weight_type
  const void* weights;             // 64-byte aligned
  const std::int32_t* bias;        // out_c, 64-byte aligned
  Requant requant;
};

#define AIEDGE_VARIANT(name) extern const Kernel<FullyConnectedArgs> fully_connected_##name;
#include "kernels/fully_connected.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
