// The steps that several reference kernels share. For the reference only: nothing with a body is included by
// files compiled for an instruction set.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Accumulate modulo 2^32: an overflow that a hostile bias causes is defined, and the same in every order of
// summing.
[[nodiscard]] inline std::uint32_t multiply_add(std::uint32_t acc, std::int32_t a, std::int32_t b) {
  return acc + static_cast<std::uint32_t>(a * b);  // |a|, |b| <= 255
}

// clamp(rne(f32(f32(acc) * scale)) + zero_point). Clamping the float first keeps the conversion defined and
// changes nothing, because the bounds are integers and rounding keeps order.
[[nodiscard]] inline std::int32_t requantize(std::uint32_t acc, float scale, std::int32_t zero_point,
                                             std::int32_t clamp_min, std::int32_t clamp_max) {
  const float product = static_cast<float>(static_cast<std::int32_t>(acc)) * scale;
  const float low = static_cast<float>(clamp_min - zero_point);
  const float high = static_cast<float>(clamp_max - zero_point);
  return static_cast<std::int32_t>(std::nearbyint(std::clamp(product, low, high))) + zero_point;
}

// Call `body(T{})` with the C++ type of an 8-bit type.
template <typename Body>
void with_type(QType type, Body body) {
  if (type == QType::kInt8) {
    body(std::int8_t{});
  } else {
    body(std::uint8_t{});
  }
}

}  // namespace aiedge::kernels
