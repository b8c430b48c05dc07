// Fixed-point functions of int16 and int32, the same as in aiedge/model/ir/fixed_point.py. For the reference
// only: nothing with a body is included by files compiled for an instruction set. An int16 with b integer
// bits stands for q / 2^(15 - b); it is held in an int32 here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kernels/lstm.h"

namespace aiedge::kernels::fixed_point {

inline constexpr std::int32_t kOne = 32767;  // the number 1 with no integer bits, as near as it gets

[[nodiscard]] inline std::int32_t to_int16(std::int64_t x) {
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(x, -32768, 32767));
}

// x / 2^count, halves away from zero.
[[nodiscard]] inline std::int64_t shifted(std::int64_t x, std::int32_t count) {
  if (count == 0) return x;
  return (x + (std::int64_t{1} << (count - 1)) - (x < 0 ? 1 : 0)) >> count;
}

// x / 2^count to the nearest, halves up: add a half and cut towards zero.
[[nodiscard]] inline std::int64_t nearest(std::int64_t x, std::int32_t count) {
  const std::int64_t half = std::int64_t{1} << (count - 1);
  return (x + (x >= 0 ? half : 1 - half)) / (std::int64_t{1} << count);
}

[[nodiscard]] inline std::int64_t multiplied(std::int64_t x, Multiplier by) {
  using Int32 = std::numeric_limits<std::int32_t>;
  const std::int64_t left = x * (std::int64_t{1} << std::max(by.exponent, 0));
  return shifted(nearest(std::clamp<std::int64_t>(left, Int32::min(), Int32::max()) * by.factor, 31),
                 std::max(-by.exponent, 0));
}

// Of two int16, the upper half.
[[nodiscard]] inline std::int32_t product(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(nearest(std::int64_t{a} * b, 15));
}

// exp(x) for x <= 0, with no integer bits: by a polynomial in [-1/4, 0), then by squares.
[[nodiscard]] inline std::int32_t exponential(std::int32_t x, std::int32_t integer_bits) {
  constexpr std::int32_t kExpEighth = 28918;  // exp(-1/8)
  constexpr std::int32_t kThird = 10923;
  constexpr std::int32_t kExponentials[] = {25520, 19875, 12055, 4435, 600, 11, 0};  // exp(-2^e), e from -2
  if (x == 0) return kOne;
  const std::int32_t fraction_bits = 15 - integer_bits;
  if (integer_bits > 5 && x < -(1 << (fraction_bits + 5))) return 0;
  const std::int32_t quarter = 1 << (fraction_bits - 2);
  const std::int32_t within = (x & (quarter - 1)) - quarter;
  const std::int32_t rest = within - x;
  const std::int32_t t = within * (1 << integer_bits) + (1 << 12);  // around -1/8
  const std::int32_t t2 = product(t, t);
  const std::int32_t t3 = product(t2, t);
  const std::int32_t t4 = product(t2, t2);
  const auto quarter_of_t4 = static_cast<std::int32_t>(shifted(t4, 2));
  const auto tail = static_cast<std::int32_t>(shifted(product(quarter_of_t4 + t3, kThird) + t2, 1));
  std::int32_t result = std::min(kExpEighth + product(t + tail, kExpEighth), kOne);
  for (std::int32_t e = -2; e <= 4 && e < integer_bits; ++e) {
    if ((rest & (1 << (fraction_bits + e))) != 0) result = product(result, kExponentials[e + 2]);
  }
  return result;
}

// 2 / (1 + x) for x in [0, 1] with no integer bits, with two integer bits: three steps of Newton's.
[[nodiscard]] inline std::int32_t inverse(std::int32_t x) {
  constexpr std::int32_t k48Over17 = 23130;
  constexpr std::int32_t kNeg32Over17 = -15420;
  const std::int32_t half = (x + kOne + 1) >> 1;
  std::int32_t y = k48Over17 + product(half, kNeg32Over17);
  for (int i = 0; i < 3; ++i) y += to_int16(4 * product(y, (1 << 13) - product(half, y)));
  return y;
}

// int16 with three integer bits -> int16 with none.
[[nodiscard]] inline std::int32_t logistic(std::int32_t x) {
  if (x == 0) return 1 << 14;
  const std::int32_t positive = std::min(2 * inverse(exponential(x < 0 ? x : -x, 3)), kOne);
  return x > 0 ? positive : kOne - positive;
}

// int16 with up to six integer bits -> int16 with none.
[[nodiscard]] inline std::int32_t tanh(std::int32_t x, std::int32_t integer_bits) {
  if (x == 0) return 0;
  const std::int32_t positive =
      to_int16(4 * (inverse(exponential(x < 0 ? x : -x, integer_bits + 1)) - (1 << 13)));
  return x < 0 ? -positive : positive;
}

}  // namespace aiedge::kernels::fixed_point
