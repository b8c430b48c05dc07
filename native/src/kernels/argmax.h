// Contract of argmax: along one axis the index of the greatest element, of equals the first.
//
//   y[o, i] = the least k with x[o, k, i] >= x[o, j, i] for all j
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes >= 1; outer * size * inner < 2^31. The output is int32, and like all of a Work's
// memory at any address.
struct ArgMaxArgs {
  QType type;
  std::int32_t outer;
  std::int32_t size;
  std::int32_t inner;
};

#define AIEDGE_VARIANT(name) extern const Kernel<ArgMaxArgs> argmax_##name;
#include "kernels/argmax.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
