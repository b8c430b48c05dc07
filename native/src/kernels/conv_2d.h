// Contract of conv_2d: x (N,H,W,I), weights (O,KH,KW,I), bias (O) -> (N,OH,OW,O), all NHWC, C-contiguous.
//
//   acc = bias[o] + sum over ky, kx, i of (x - input_zero_point) * (w - weight_zero_point)   modulo 2^32, as
//   int32 y   = requant(acc, o)
//
// Input row of tap ky at output row oy: oy * stride_h - pad_top + ky * dilation_h; a tap outside the input
// adds 0.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size, stride and dilation >= 1; 0 <= pad < (kernel - 1) * dilation + 1; the output's
// last window may end below or right of the input (bottom and right padding are what out_h and out_w imply,
// and meet the same bound); every tensor has at most 2^31 - 1 elements, and so has the weights' KH * KW * I.
struct Conv2DArgs {
  std::int32_t batch, in_h, in_w, in_c;
  std::int32_t out_h, out_w, out_c;
  std::int32_t kernel_h, kernel_w;
  std::int32_t stride_h, stride_w;
  std::int32_t dilation_h, dilation_w;
  std::int32_t pad_top, pad_left;
  QType type;                      // of input and output
  std::int32_t input_zero_point;   // within the type
  QType weight_type;               // in practice that of the input
  std::int32_t weight_zero_point;  // one for all channels, within weight_type
  const void* weights;             // 64-byte aligned
  const std::int32_t* bias;        // out_c, 64-byte aligned; any value
  Requant requant;
};

#define AIEDGE_VARIANT(name) extern const Kernel<Conv2DArgs> conv_2d_##name;
#include "kernels/conv_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
