// Contract of float_unary: each element alone; float32. The formulas stand in docs/arithmetic.md, and as code
// in kernels/reference/float_unary.cpp: exp to erf in float64, rounded once; the others in float32, each
// operation rounded.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// The numbers are a bundle's.
enum class FloatUnaryFunction : std::uint8_t {
  kClip = 1,
  kAbs = 2,
  kNeg = 3,
  kExp = 4,
  kLog = 5,
  kSqrt = 6,
  kReciprocal = 7,
  kSigmoid = 8,
  kTanh = 9,
  kSilu = 10,
  kHardSigmoid = 11,
  kHardSwish = 12,
  kLeakyRelu = 13,
  kElu = 14,
  kGelu = 15,
  kGeluTanh = 16,
  kSoftplus = 17,
  kMish = 18,
  kErf = 19,
  kSquare = 20
};

// Preconditions: count >= 1; alpha and beta no NaN; for clip alpha <= beta.
struct FloatUnaryArgs {
  std::int32_t count;
  FloatUnaryFunction function;
  float alpha;  // clip: low; hard_sigmoid, leaky_relu, elu: alpha
  float beta;   // clip: high; hard_sigmoid: beta
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatUnaryArgs> float_unary_##name;
#include "kernels/float_unary.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
