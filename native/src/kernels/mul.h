// Contract of mul: element by element, operands may repeat.
//
//   product = (a - zero_point_a) * (b - zero_point_b)                                     int32, exact
//   y       = clamp(rne(f32(f32(product) * scale)) + output_zero_point)
#pragma once

#include "kernels/broadcast.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: count >= 1, that of the shape; 2^-16 <= scale < 2^8; zero points within the type.
struct MulArgs {
  Broadcast shape;
  std::int32_t count;
  QType type;  // of a, b and y
  std::int32_t zero_point_a, zero_point_b;
  float scale;
  std::int32_t output_zero_point;
  std::int32_t clamp_min, clamp_max;  // within the type
};

#define AIEDGE_VARIANT(name) extern const Kernel<MulArgs> mul_##name;
#include "kernels/mul.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
