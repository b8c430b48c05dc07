// Contract of quantize: float32 to 8 bits.
//
//   y = clamp(rne(f32(x / scale)) + zero_point); zero_point where x is no number
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: count >= 1; scale finite, normal, > 0; the zero point within the type.
struct QuantizeArgs {
  std::int32_t count;
  QType type;
  float scale;
  std::int32_t zero_point;
};

#define AIEDGE_VARIANT(name) extern const Kernel<QuantizeArgs> quantize_##name;
#include "kernels/quantize.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
