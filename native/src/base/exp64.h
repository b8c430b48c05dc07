// The exponential function that no math library has a say in (docs/arithmetic.md, "Float").
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace aiedge {

// 2^k; k is -1022 to 1023.
[[nodiscard]] inline double power_of_two(std::int64_t k) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52U);
}

// exp(v) for v held within -745 to 709.78; NaN stays NaN.
[[nodiscard]] inline double exp64(double v) {
  // 1/n!, n from 0: the doubles nearest to them, since every n! here is exact.
  constexpr std::array<double, 14> kInverse = {1.0,
                                               1.0,
                                               1.0 / 2,
                                               1.0 / 6,
                                               1.0 / 24,
                                               1.0 / 120,
                                               1.0 / 720,
                                               1.0 / 5040,
                                               1.0 / 40320,
                                               1.0 / 362880,
                                               1.0 / 3628800,
                                               1.0 / 39916800,
                                               1.0 / 479001600,
                                               1.0 / 6227020800};
  if (std::isnan(v)) return v;
  const double held = v < -745.0 ? -745.0 : (v > 709.78 ? 709.78 : v);
  const double k = std::nearbyint(held * 1.4426950408889634);
  const double r = (held - k * 0.693147180369123816490) - k * 1.90821492927058770002e-10;
  double p = kInverse[13];
  for (std::size_t n = 13; n > 0; --n) p = p * r + kInverse[n - 1];
  // In two steps, of which the first is exact: no power of two is itself out of range.
  const auto whole = static_cast<std::int64_t>(k);
  const std::int64_t half = whole / 2;
  return p * power_of_two(half) * power_of_two(whole - half);
}

// The logistic function, rounded to float32.
[[nodiscard]] inline float sigmoid32(float v) {
  return static_cast<float>(1.0 / (1.0 + exp64(-static_cast<double>(v))));
}

}  // namespace aiedge
