// Contract of float_conv_2d: x (N,H,W,I), weights (O,KH,KW,I) -> y (N,OH,OW,O), all float32.
//
//   acc = bias[o]
//   for ky, kx, i ascending, where x exists there:  acc = f32(acc + f32(x * weight))
//   y = acc
//
// One sum is never reordered nor fused; what may run side by side are the output's elements.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes, strides and dilations 1 to 2^24; 0 <= pads < the window's extent; sizes fit.
struct FloatConv2DArgs {
  std::int32_t batch, in_h, in_w, in_c;
  std::int32_t out_h, out_w, out_c;
  std::int32_t kernel_h, kernel_w;
  std::int32_t stride_h, stride_w;
  std::int32_t dilation_h, dilation_w;
  std::int32_t pad_top, pad_left;
  const float* weights;
  const float* bias;  // out_c
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatConv2DArgs> float_conv_2d_##name;
#include "kernels/float_conv_2d.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
