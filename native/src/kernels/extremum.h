// Contract of minimum and maximum: element by element, operands may repeat.
//
//   y = min(a, b) or max(a, b)
#pragma once

#include "kernels/broadcast.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: count >= 1, that of the shape.
struct ExtremumArgs {
  Broadcast shape;
  std::int32_t count;
  QType type;     // of a, b and y
  bool greatest;  // maximum, else minimum
};

#define AIEDGE_VARIANT(name) extern const Kernel<ExtremumArgs> extremum_##name;
#include "kernels/extremum.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
