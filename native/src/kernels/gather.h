// Contract of gather: rows of the first input by the indices of the second, int32.
//
//   y[o, k, :] = x[o, min(max(indices[k], 0), size - 1), :]
//
// The indices come from a caller: any value is allowed, and none leads outside.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes >= 1; outer * size * inner and outer * count * inner < 2^31. The indices lie, like all
// of a Work's memory, at any address.
struct GatherArgs {
  std::int32_t outer;
  std::int32_t size;
  std::int32_t inner;  // bytes
  std::int32_t count;  // of the indices
};

#define AIEDGE_VARIANT(name) extern const Kernel<GatherArgs> gather_##name;
#include "kernels/gather.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
