// exp, log, erf and what is made of them, in float64 of IEEE operations alone, so that no math library
// decides a bit (docs/arithmetic.md). For the reference only, as requant.h.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "base/exp64.h"

namespace aiedge::kernels {

using ::aiedge::exp64;
using ::aiedge::power_of_two;

// 2 * artanh(s) = 2 * (s + s^3 / 3 + ... + s^23 / 23).
[[nodiscard]] inline double twice_artanh64(double s) {
  const double z = s * s;
  double p = 1.0 / 23.0;
  for (int n = 21; n >= 1; n -= 2) p = p * z + 1.0 / n;
  return 2.0 * s * p;
}

[[nodiscard]] inline double log64(double v) {
  if (std::isnan(v) || v == std::numeric_limits<double>::infinity()) return v;
  if (v < 0.0) return std::numeric_limits<double>::quiet_NaN();
  if (v == 0.0) return -std::numeric_limits<double>::infinity();
  int exponent = 0;
  double m = std::frexp(v, &exponent);
  if (m < 0.7071067811865476) {
    m *= 2.0;
    --exponent;
  }
  return exponent * 0.6931471805599453 + twice_artanh64((m - 1.0) / (m + 1.0));
}

// erf for 0 <= a < 2, by its Taylor series.
[[nodiscard]] inline double erf_near64(double a) {
  double term = a;
  double sum = a;
  for (int n = 1; n <= 40; ++n) {
    term = term * -(a * a) / n;
    sum += term / (2 * n + 1);
  }
  return 1.1283791670955126 * sum;
}

// 1 - erf for a >= 2, by its continued fraction.
[[nodiscard]] inline double erfc_far64(double a) {
  double f = a;
  for (int n = 60; n >= 1; --n) f = a + 0.5 * n / f;
  return exp64(-(a * a)) * (1.0 / (f * 1.7724538509055159));
}

[[nodiscard]] inline double erf64(double v) {
  const double a = std::abs(v) > 6.0 ? 6.0 : std::abs(v);
  const double value = a < 2.0 ? erf_near64(a) : 1.0 - erfc_far64(a);
  return v < 0.0 ? -value : value;
}

[[nodiscard]] inline double erfc64(double v) {
  return v < 2.0 ? 1.0 - erf64(v) : erfc_far64(v > 28.0 ? 28.0 : v);
}

[[nodiscard]] inline double sigmoid64(double v) { return 1.0 / (1.0 + exp64(-v)); }

[[nodiscard]] inline double tanh64(double v) {
  const double a = std::abs(v);
  if (a < 1e-4) return v - v * v * v / 3.0;
  const double e = exp64(-2.0 * a);
  const double value = (1.0 - e) / (1.0 + e);
  return v < 0.0 ? -value : value;
}

[[nodiscard]] inline double softplus64(double v) {
  const double e = exp64(-std::abs(v));
  return (v > 0.0 ? v : 0.0) + twice_artanh64(e / (2.0 + e));
}

// exp(v) - 1 for v up to 0.
[[nodiscard]] inline double expm1_64(double v) {
  return v > -1e-4 ? v + v * v * (0.5 + v / 6.0) : exp64(v) - 1.0;
}

}  // namespace aiedge::kernels
