// Contract of depthwise_conv_2d: x (N,H,W,C), weights (1,KH,KW,C*M), bias (C*M) -> (N,OH,OW,C*M).
//
//   output channel o = c * multiplier + m reads input channel c
//   acc = bias[o] + sum over ky, kx of (x - input_zero_point) * (w - weight_zero_point)   modulo 2^32, as
//   int32 y   = requant(acc, o)
//
// Taps outside the input add 0, as in conv_2d.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: those of Conv2DArgs, and out_c = in_c * multiplier.
struct DepthwiseConv2DArgs {
  std::int32_t batch, in_h, in_w, in_c;
  std::int32_t out_h, out_w, out_c;
  std::int32_t multiplier;
  std::int32_t kernel_h, kernel_w;
  std::int32_t stride_h, stride_w;
  std::int32_t dilation_h, dilation_w;
  std::int32_t pad_top, pad_left;
  QType type;
  std::int32_t input_zero_point;
  QType weight_type;
  std::int32_t weight_zero_point;
  const void* weights;       // 64-byte aligned
  const std::int32_t* bias;  // out_c, 64-byte aligned
  Requant requant;
};

#define AIEDGE_VARIANT(name) extern const Kernel<DepthwiseConv2DArgs> depthwise_conv_2d_##name;
#include "kernels/depthwise_conv_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
