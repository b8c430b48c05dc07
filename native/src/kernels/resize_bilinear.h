// Contract of resize_bilinear: each output element is weighted from four of the input.
//
//   t(r, c) = x[n, r, c, :];  v, w = weights of the row and of the column
//   y[n, oy, ox, :] = (t(low, low) * (2048-v) * (2048-w) + t(low, high) * (2048-v) * w +
//                      t(high, low) * v * (2048-w) + t(high, high) * v * w + 2^21) >> 22
//
// The sum is exact in int32 (below 2^31) whatever the order.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// What an element of the output axis takes of the input axis: 0 <= low, high < its size; 0 <= weight <= 2048.
struct ResizeTap {
  std::int32_t low;
  std::int32_t high;
  std::int32_t weight;  // of high
};

// Preconditions: sizes >= 1; the products of input and of output sizes < 2^31.
struct ResizeBilinearArgs {
  QType type;
  std::int32_t batch;
  std::int32_t in_h, in_w;
  std::int32_t out_h, out_w;
  std::int32_t channels;
  const ResizeTap* rows;     // out_h of them
  const ResizeTap* columns;  // out_w of them
};

#define AIEDGE_VARIANT(name) extern const Kernel<ResizeBilinearArgs> resize_bilinear_##name;
#include "kernels/resize_bilinear.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
