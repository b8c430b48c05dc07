// Contract of float_depthwise_conv_2d: x (N,H,W,C), weights (1,KH,KW,C*M) -> y (N,OH,OW,C*M), all float32.
//
//   acc = bias[o]
//   for ky, kx ascending, where x exists there:  acc = f32(acc + f32(x[.., o / M] * weight[ky, kx, o]))
//   y = acc
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes, strides and dilations 1 to 2^24; 0 <= pads < the window's extent;
// out_c = in_c * multiplier; sizes fit.
struct FloatDepthwiseConv2DArgs {
  std::int32_t batch, in_h, in_w, in_c;
  std::int32_t out_h, out_w, out_c;
  std::int32_t kernel_h, kernel_w;
  std::int32_t stride_h, stride_w;
  std::int32_t dilation_h, dilation_w;
  std::int32_t pad_top, pad_left;
  std::int32_t multiplier;
  const float* weights;
  const float* bias;  // out_c
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatDepthwiseConv2DArgs> float_depthwise_conv_2d_##name;
#include "kernels/float_depthwise_conv_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
