// Contract of float_reduce: x (outer, positions, inner) -> y (outer, inner), float32.
//
//   sum    acc = 0;  for each position ascending:  acc = f32(acc + x)
//   mean   f32(sum / f32(positions))
//   max    acc = the first x;  for each further one:  acc = x > acc ? x : acc
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// The numbers are a bundle's.
enum class FloatReduceFunction : std::uint8_t { kMean = 1, kSum = 2, kMax = 3 };

// Preconditions: every size >= 1; their product < 2^31.
struct FloatReduceArgs {
  std::int32_t outer, positions, inner;
  FloatReduceFunction function;
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatReduceArgs> float_reduce_##name;
#include "kernels/float_reduce.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
