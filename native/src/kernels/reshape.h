// Contract of reshape: the same bytes. The planner gives input and output the same memory where it can; then
// the operator does not run at all.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: bytes >= 1.
struct ReshapeArgs {
  std::size_t bytes;
};

#define AIEDGE_VARIANT(name) extern const Kernel<ReshapeArgs> reshape_##name;
#include "kernels/reshape.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
