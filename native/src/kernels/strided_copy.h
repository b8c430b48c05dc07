// Contract of strided_copy, the work of transpose and strided_slice: the output's elements in order, each
// from a place of the input that its indices give.
//
//   y[i0, i1, ...] = x[first + i0 * stride[0] + i1 * stride[1] + ...]
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Axes that lie behind one another in the input are merged and those of size 1 dropped, so where the last
// axis has the stride 1 it is a run as long as can be. Preconditions: an element has 1 or 4 bytes;
// 1 <= axes <= 6; sizes >= 1; input and output have less than 2^31 bytes; every place lies inside the input.
struct StridedCopyArgs {
  std::int32_t element_bytes;
  std::int32_t axes;
  std::int32_t size[6];
  std::int32_t stride[6];  // may be negative; not 0
  std::int32_t first;
};

#define AIEDGE_VARIANT(name) extern const Kernel<StridedCopyArgs> strided_copy_##name;
#include "kernels/strided_copy.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
