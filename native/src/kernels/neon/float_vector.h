// Four floats at a time. For files of this folder only; all of it has internal linkage.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace aiedge::kernels::neon {
namespace {

constexpr std::int32_t kFloats = 4;

[[maybe_unused]] inline std::int64_t least_of(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// One float, at any address.
[[maybe_unused]] inline float one_float(const float* from) {
  float value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

// The first `count` of four floats, of which there may be less than 1 or more than 4; the others are 0.
[[maybe_unused]] inline float32x4_t load_some(const float* from, std::int64_t count) {
  if (count >= kFloats) return vld1q_f32(from);
  float some[kFloats] = {};
  if (count > 0) __builtin_memcpy(some, from, static_cast<std::size_t>(count) * sizeof(float));
  return vld1q_f32(some);
}

[[maybe_unused]] inline void store_some(float* to, std::int64_t count, float32x4_t value) {
  if (count >= kFloats) {
    vst1q_f32(to, value);
    return;
  }
  float some[kFloats];
  vst1q_f32(some, value);
  if (count > 0) __builtin_memcpy(to, some, static_cast<std::size_t>(count) * sizeof(float));
}

}  // namespace
}  // namespace aiedge::kernels::neon
