// The last step of the matrix products: four vectors of int32 sums become one vector of bytes. For files of
// this folder only; all of it has internal linkage.
//
// With r = rne(f32(sum) * scale) the result is clamp_min + clamp(r + zero_point - clamp_min, 0, clamp_max -
// clamp_min): a pack that saturates to unsigned bytes is the lower bound for nothing, and an addition that
// the usual activations (whose lower bound is the zero point) do not need is left out.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

struct Finish {
  bool guards;   // a product may pass the range of int32 above
  bool lifts;    // `lift` is not zero
  bool bounded;  // `span` is not 255
  Ints lift;     // 16-bit: zero_point - clamp_min
  Ints span;     // 8-bit: clamp_max - clamp_min
  Ints base;     // 8-bit: clamp_min
};

// The largest float below 2^31. A float conversion of what is above gives the least int32, which is right for
// a number below the range only: everything after it saturates.
constexpr float kLargestBelow31 = 2147483520.0F;

// Whether the scales can carry a sum beyond kLargestBelow31. |f32(sum)| <= 2^31, and the largest float below
// 1 times that is kLargestBelow31.
[[maybe_unused]] bool needs_guard(const float* scale, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) {
    if (scale[i] >= 1.0F) return true;
  }
  return false;
}

#if defined(AIEDGE_VNNI_512)

[[maybe_unused]] inline Ints all16(std::int32_t value) {
  return _mm512_set1_epi16(static_cast<std::int16_t>(value));
}

// rne(f32(sums[i]) * scales[i]).
[[maybe_unused]] inline void scale_and_round(Ints (&sums)[4], const Floats (&scales)[4], bool guards) {
  Floats products[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) products[i] = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[i]), scales[i]);
  if (guards) {
    const Floats largest = _mm512_set1_ps(kLargestBelow31);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) products[i] = _mm512_min_ps(products[i], largest);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) sums[i] = _mm512_cvtps_epi32(products[i]);
}

// Bytes in the order of the packs: each 16 bytes have four of the first vector, four of the second and so on.
[[maybe_unused]] inline Ints narrow_mixed(const Ints (&rounded)[4], const Finish& finish) {
  Ints first = _mm512_packs_epi32(rounded[0], rounded[1]);
  Ints second = _mm512_packs_epi32(rounded[2], rounded[3]);
  if (finish.lifts) {
    first = _mm512_adds_epi16(first, finish.lift);
    second = _mm512_adds_epi16(second, finish.lift);
  }
  Ints bytes = _mm512_packus_epi16(first, second);
  if (finish.bounded) bytes = _mm512_min_epu8(bytes, finish.span);
  return _mm512_add_epi8(bytes, finish.base);
}

// One vector after the other.
[[maybe_unused]] inline Ints unmix(Ints bytes) {
  const Ints order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, bytes);
}

// The bytes of vector kVector of what unmix() gave.
template <int kVector>
inline void store_vector(std::uint8_t* to, Ints bytes) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_extracti32x4_epi32(bytes, kVector));
}

// Only the first `count` (0 to kLanes) of them.
template <int kVector>
inline void store_some(std::uint8_t* to, Ints bytes, std::int32_t count) {
  const auto mask = static_cast<__mmask16>((1U << static_cast<std::uint32_t>(count)) - 1U);
  _mm_mask_storeu_epi8(to, mask, _mm512_extracti32x4_epi32(bytes, kVector));
}

// The same where each half of the vector has the channels of a row of its own; count <= kLanes / 2.
template <int kVector>
inline void store_two(std::uint8_t* to, std::ptrdiff_t stride, Ints bytes, std::int32_t count) {
  const auto mask = static_cast<__mmask16>((1U << static_cast<std::uint32_t>(count)) - 1U);
  const __m128i two = _mm512_extracti32x4_epi32(bytes, kVector);
  _mm_mask_storeu_epi8(to, mask, two);
  _mm_mask_storeu_epi8(to + stride, mask, _mm_srli_si128(two, 8));
}

// The first `count` (0 to kVectorBytes) bytes.
[[maybe_unused]] inline void store_bytes(std::uint8_t* to, Ints bytes, std::int32_t count) {
  if (count <= 0) return;
  _mm512_mask_storeu_epi8(to, ~std::uint64_t{0} >> static_cast<std::uint32_t>(kVectorBytes - count), bytes);
}

#else

[[maybe_unused]] inline Ints all16(std::int32_t value) {
  return _mm256_set1_epi16(static_cast<std::int16_t>(value));
}

// rne(f32(sums[i]) * scales[i]).
[[maybe_unused]] inline void scale_and_round(Ints (&sums)[4], const Floats (&scales)[4], bool guards) {
  Floats products[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) products[i] = _mm256_mul_ps(_mm256_cvtepi32_ps(sums[i]), scales[i]);
  if (guards) {
    const Floats largest = _mm256_set1_ps(kLargestBelow31);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) products[i] = _mm256_min_ps(products[i], largest);
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) sums[i] = _mm256_cvtps_epi32(products[i]);
}

// Bytes in the order of the packs: each 16 bytes have four of the first vector, four of the second and so on.
[[maybe_unused]] inline Ints narrow_mixed(const Ints (&rounded)[4], const Finish& finish) {
  Ints first = _mm256_packs_epi32(rounded[0], rounded[1]);
  Ints second = _mm256_packs_epi32(rounded[2], rounded[3]);
  if (finish.lifts) {
    first = _mm256_adds_epi16(first, finish.lift);
    second = _mm256_adds_epi16(second, finish.lift);
  }
  Ints bytes = _mm256_packus_epi16(first, second);
  if (finish.bounded) bytes = _mm256_min_epu8(bytes, finish.span);
  return _mm256_add_epi8(bytes, finish.base);
}

// One vector after the other.
[[maybe_unused]] inline Ints unmix(Ints bytes) {
  const Ints order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_permutevar8x32_epi32(bytes, order);
}

// The bytes of vector kVector of what unmix() gave.
template <int kVector>
inline void store_vector(std::uint8_t* to, Ints bytes) {
  const __m128i half = kVector < 2 ? _mm256_castsi256_si128(bytes) : _mm256_extracti128_si256(bytes, 1);
  const __m128i eight = kVector % 2 == 0 ? half : _mm_srli_si128(half, 8);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(to), eight);
}

// Only the first `count` (0 to kLanes) of them.
template <int kVector>
inline void store_some(std::uint8_t* to, Ints bytes, std::int32_t count) {
  alignas(8) std::uint8_t eight[8] = {};
  store_vector<kVector>(eight, bytes);
  for (std::int32_t i = 0; i < count; ++i) to[i] = eight[i];
}

// The first `count` (0 to kVectorBytes) bytes.
[[maybe_unused]] inline void store_bytes(std::uint8_t* to, Ints bytes, std::int32_t count) {
  alignas(32) std::uint8_t all[kVectorBytes];
  store(all, bytes);
  for (std::int32_t i = 0; i < count; ++i) to[i] = all[i];
}

#endif

[[maybe_unused]] Finish make_finish(const Requant& requant, bool guards) {
  const std::int32_t lift = requant.zero_point - requant.clamp_min;
  const std::int32_t span = requant.clamp_max - requant.clamp_min;
  return {
      .guards = guards,
      .lifts = lift != 0,
      .bounded = span != 255,
      .lift = all16(lift),
      .span = all8(span),
      .base = all8(requant.clamp_min),
  };
}

}  // namespace
}  // namespace aiedge::kernels::AIEDGE_VNNI
