// Contract of add, which subtracts too (a negative multiplier): element by element, operands may repeat.
//
//   sum = multiplier_a * (a - zero_point_a) + multiplier_b * (b - zero_point_b)
//   y   = clamp(((2^(shift-1) + sum) >> shift) + output_zero_point)
//
// int32, arithmetic shift; no intermediate overflows under the preconditions.
#pragma once

#include "kernels/broadcast.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: count >= 1, that of the shape; 13 <= shift <= 30; -2^21 <= multiplier <= 2^21; zero points
// within the type.
struct AddArgs {
  Broadcast shape;
  std::int32_t count;
  QType type;  // of a, b and y
  std::int32_t zero_point_a, zero_point_b;
  std::int32_t multiplier_a, multiplier_b;
  std::int32_t shift;
  std::int32_t output_zero_point;
  std::int32_t clamp_min, clamp_max;  // within the type
};

#define AIEDGE_VARIANT(name) extern const Kernel<AddArgs> add_##name;
#include "kernels/add.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
