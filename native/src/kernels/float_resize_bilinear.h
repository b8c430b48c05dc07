// Contract of float_resize_bilinear: each output element is weighted from four of the input; float32.
//
//   along x, of the rows low and high:  t = f32(a + f32(f32(b - a) * column weight))
//   y = f32(t_low + f32(f32(t_high - t_low) * row weight))
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// What an element of the output axis takes of the input axis: 0 <= low, high < its size; 0 <= weight <= 1.
struct FloatResizeTap {
  std::int32_t low;
  std::int32_t high;
  float weight;  // of high
};

// Preconditions: sizes >= 1; the products of input and of output sizes < 2^31.
struct FloatResizeBilinearArgs {
  std::int32_t batch;
  std::int32_t in_h, in_w;
  std::int32_t out_h, out_w;
  std::int32_t channels;
  const FloatResizeTap* rows;     // out_h of them
  const FloatResizeTap* columns;  // out_w of them
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatResizeBilinearArgs> float_resize_bilinear_##name;
#include "kernels/float_resize_bilinear.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
