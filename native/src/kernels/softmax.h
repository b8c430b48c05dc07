// Contract of softmax over the last axis: x (rows, depth) -> (rows, depth).
//
//   t[i] = table[max - x[i]];  sum = t[0] + t[1] + ... in this order, float32
//   inv  = f32(1 / f32(sum * output_scale))
//   y    = saturate(trunc(f32(f32(t[i] * inv) + 0.5)) + output_zero_point)
//
// sum is at least 1, so that t[i] * inv is 0 to 2^16. The input may change while the kernel runs (a caller's
// mistake): the index into the table is taken modulo 256, so that nothing outside is read.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: every size >= 1; table[0] = 1, every entry within [0, 1]; output_scale >= 2^-16.
struct SoftmaxArgs {
  std::int32_t rows, depth;
  QType type;
  const float* table;  // 256 entries
  float output_scale;
  std::int32_t output_zero_point;
};

#define AIEDGE_VARIANT(name) extern const Kernel<SoftmaxArgs> softmax_##name;
#include "kernels/softmax.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
