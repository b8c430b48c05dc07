// Contract of resize_nearest: each output pixel is one of the input's.
//
//   y[n, oy, ox, :] = x[n, rows[oy], columns[ox], :]
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes >= 1; input and output have less than 2^31 bytes; each index lies inside the
// input.
struct ResizeNearestArgs {
  std::int32_t batch;
  std::int32_t in_h, in_w;
  std::int32_t out_h, out_w;
  std::int32_t pixel_bytes;
  const std::int32_t* rows;     // out_h of them
  const std::int32_t* columns;  // out_w of them
};

#define AIEDGE_VARIANT(name) extern const Kernel<ResizeNearestArgs> resize_nearest_##name;
#include "kernels/resize_nearest.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
