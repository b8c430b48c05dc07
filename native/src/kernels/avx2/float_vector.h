// Eight floats at a time. For files of this folder only; all of it has internal linkage.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace aiedge::kernels::avx2 {
namespace {

constexpr std::int32_t kLanes = 8;

[[maybe_unused]] inline std::int64_t least_of(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// For the masked loads and stores: the first `count` lanes, of which there may be less than 1 or more than 8.
[[maybe_unused]] inline __m256i first_lanes(std::int64_t count) {
  const auto held = static_cast<std::int32_t>(least_of(count, kLanes));
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(held), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

// One float, at any address, in all lanes.
[[maybe_unused]] inline __m256 spread(const float* from) {
  float value;
  __builtin_memcpy(&value, from, sizeof value);
  return _mm256_set1_ps(value);
}

// `of` for each of `count` floats; y may be x.
template <typename Of>
inline void for_each_float(const float* x, float* y, std::int64_t count, Of of) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) _mm256_storeu_ps(y + i, of(_mm256_loadu_ps(x + i)));
  if (i == count) return;
  const __m256i mask = first_lanes(count - i);
  _mm256_maskstore_ps(y + i, mask, of(_mm256_maskload_ps(x + i, mask)));
}

}  // namespace
}  // namespace aiedge::kernels::avx2
