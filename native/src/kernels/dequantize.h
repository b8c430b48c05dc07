// Contract of dequantize: 8 bits to float32.
//
//   y = f32(f32(x - zero_point) * scale)
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: count >= 1; scale finite, normal, > 0; the zero point within the type.
struct DequantizeArgs {
  std::int32_t count;
  QType type;
  float scale;
  std::int32_t zero_point;
};

#define AIEDGE_VARIANT(name) extern const Kernel<DequantizeArgs> dequantize_##name;
#include "kernels/dequantize.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
