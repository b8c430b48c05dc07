// Contract of float_softmax over rows of `depth`, float32.
//
//   m = greatest x (by >, from the first);  e[j] = f32(exp64(f32(f32(x[j] - m) * beta)))
//   S = 0;  S = f32(S + e[j]) for j ascending;  y[j] = f32(e[j] / S)
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: sizes >= 1, their product < 2^31; beta finite, > 0.
struct FloatSoftmaxArgs {
  std::int32_t rows, depth;
  float beta;
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatSoftmaxArgs> float_softmax_##name;
#include "kernels/float_softmax.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
