// The last step of the dot-product kernels: vectors of int32 sums become bytes, four vectors at a time. For
// files of this folder only; all of it has internal linkage.
//
// Output types are unified by working on int8: for uint8 the zero point and bounds are lowered by 128 and the
// result's top bit is flipped.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

struct Rounding {
  Floats high;      // clamp_max - zero_point
  Ints zero_point;  // 16-bit, as for int8
  Ints low;         // clamp_min, 8-bit, as for int8
  Ints flip;        // 0x80 in each byte for uint8, else 0
};

#if defined(AIEDGE_VNNI_512)

[[maybe_unused]] Rounding make_rounding(const Requant& requant, QType type) {
  const std::int32_t shift = type == QType::kUint8 ? 128 : 0;
  return {
      .high = _mm512_set1_ps(static_cast<float>(requant.clamp_max - requant.zero_point)),
      .zero_point = _mm512_set1_epi16(static_cast<std::int16_t>(requant.zero_point - shift)),
      .low = all8(requant.clamp_min - shift),
      .flip = all8(shift == 0 ? 0 : 0x80),
  };
}

// rne(f32(sum) * scale), at most `high`. A product below the range of int32 converts to its least value,
// which is right: everything after it saturates. Only above must be cut before the conversion.
[[maybe_unused]] inline Ints scale_and_round(Ints sum, Floats scale, const Rounding& rounding) {
  return _mm512_cvtps_epi32(_mm512_min_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale), rounding.high));
}

// Four vectors of rounded sums as bytes, one vector after the other.
[[maybe_unused]] inline Ints narrow(Ints a, Ints b, Ints c, Ints d, const Rounding& rounding) {
  const Ints first = _mm512_adds_epi16(_mm512_packs_epi32(a, b), rounding.zero_point);
  const Ints second = _mm512_adds_epi16(_mm512_packs_epi32(c, d), rounding.zero_point);
  const Ints bytes = _mm512_max_epi8(_mm512_packs_epi16(first, second), rounding.low);
  const Ints order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_permutexvar_epi32(order, _mm512_xor_si512(bytes, rounding.flip));
}

// The bytes of vector kVector of what narrow() gave.
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

#else

[[maybe_unused]] Rounding make_rounding(const Requant& requant, QType type) {
  const std::int32_t shift = type == QType::kUint8 ? 128 : 0;
  return {
      .high = _mm256_set1_ps(static_cast<float>(requant.clamp_max - requant.zero_point)),
      .zero_point = _mm256_set1_epi16(static_cast<std::int16_t>(requant.zero_point - shift)),
      .low = all8(requant.clamp_min - shift),
      .flip = all8(shift == 0 ? 0 : 0x80),
  };
}

// rne(f32(sum) * scale), at most `high`. A product below the range of int32 converts to its least value,
// which is right: everything after it saturates. Only above must be cut before the conversion.
[[maybe_unused]] inline Ints scale_and_round(Ints sum, Floats scale, const Rounding& rounding) {
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale), rounding.high));
}

// Four vectors of rounded sums as bytes, one vector after the other.
[[maybe_unused]] inline Ints narrow(Ints a, Ints b, Ints c, Ints d, const Rounding& rounding) {
  const Ints first = _mm256_adds_epi16(_mm256_packs_epi32(a, b), rounding.zero_point);
  const Ints second = _mm256_adds_epi16(_mm256_packs_epi32(c, d), rounding.zero_point);
  const Ints bytes = _mm256_max_epi8(_mm256_packs_epi16(first, second), rounding.low);
  const Ints order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  return _mm256_permutevar8x32_epi32(_mm256_xor_si256(bytes, rounding.flip), order);
}

// The bytes of vector kVector of what narrow() gave.
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

#endif

}  // namespace
}  // namespace aiedge::kernels::AIEDGE_VNNI
