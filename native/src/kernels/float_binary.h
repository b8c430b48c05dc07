// Contract of float_binary: element by element, operands may repeat; float32.
//
//   add, sub, mul, div   one IEEE operation
//   minimum              a < b ? a : b
//   maximum              a > b ? a : b
//   prelu                a >= 0 ? a : f32(a * b)
#pragma once

#include "kernels/broadcast.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

// The numbers of the first six are a bundle's; prelu is an operation of its own there.
enum class FloatBinaryFunction : std::uint8_t {
  kAdd = 1,
  kSub = 2,
  kMul = 3,
  kDiv = 4,
  kMinimum = 5,
  kMaximum = 6,
  kPRelu = 7
};

// Preconditions: count >= 1, that of the shape.
struct FloatBinaryArgs {
  Broadcast shape;  // steps in elements
  std::int32_t count;
  FloatBinaryFunction function;
};

#define AIEDGE_VARIANT(name) extern const Kernel<FloatBinaryArgs> float_binary_##name;
#include "kernels/float_binary.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
