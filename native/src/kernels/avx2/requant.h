// The last step of the AVX2 kernels: 16 int32 sums a row become 16 bytes. For files of this folder only; all
// of it has internal linkage.
//
// Sums of 16 channels live in two registers as _mm256_packs_epi32 wants them, so that packing restores their
// order:
//   first  = channels 0 1 2 3  8  9 10 11        second = channels 4 5 6 7 12 13 14 15
// Output types are unified by working on int8: for uint8 the zero point and bounds are lowered by 128 and the
// result's top bit is flipped.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {
namespace {

struct Sums {
  __m256i first;
  __m256i second;
};

struct Scales {
  __m256 first;
  __m256 second;
};

struct Rounding {
  __m256 high;         // clamp_max - zero_point
  __m256i zero_point;  // 16-bit, as for int8
  __m256i low;         // clamp_min, 8-bit, as for int8
  __m256i flip;        // 0x80 in each byte for uint8, else 0
};

// Channel of lane `lane` (0 to 15: the first register's eight, then the second's) within its group of 16.
constexpr std::int32_t channel_of_lane(std::int32_t lane) {
  return (lane % 8 / 4) * 8 + (lane / 8) * 4 + lane % 4;
}

[[maybe_unused]] Rounding make_rounding(const Requant& requant, QType type) {
  const std::int32_t shift = type == QType::kUint8 ? 128 : 0;
  return {
      .high = _mm256_set1_ps(static_cast<float>(requant.clamp_max - requant.zero_point)),
      .zero_point = _mm256_set1_epi16(static_cast<std::int16_t>(requant.zero_point - shift)),
      .low = _mm256_set1_epi8(static_cast<char>(requant.clamp_min - shift)),
      .flip = _mm256_set1_epi8(static_cast<char>(shift == 0 ? 0 : -128)),
  };
}

// rne(f32(acc) * scale), at most `high`. A product below the range of int32 converts to its least value,
// which is right: everything after it saturates. Only above must be cut before the conversion.
[[maybe_unused]] inline __m256i scale_and_round(__m256i acc, __m256 scale, __m256 high) {
  return _mm256_cvtps_epi32(_mm256_min_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(acc), scale), high));
}

// 16 channels as int16 in their order, zero point added, saturated.
[[maybe_unused]] inline __m256i narrow(const Sums& sums, const Scales& scales, const Rounding& rounding) {
  const __m256i packed = _mm256_packs_epi32(scale_and_round(sums.first, scales.first, rounding.high),
                                            scale_and_round(sums.second, scales.second, rounding.high));
  return _mm256_adds_epi16(packed, rounding.zero_point);
}

// Two rows of 16 channels as bytes: row a in the low half, row b in the high half.
[[maybe_unused]] inline __m256i narrow_rows(__m256i a, __m256i b, const Rounding& rounding) {
  const __m256i bytes = _mm256_max_epi8(_mm256_packs_epi16(a, b), rounding.low);
  return _mm256_permute4x64_epi64(_mm256_xor_si256(bytes, rounding.flip), 0xD8);
}

// Write the first `count` (1 to 16) bytes.
[[maybe_unused]] inline void store_bytes(std::uint8_t* to, __m128i bytes, std::int32_t count) {
  if (count == 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    return;
  }
  if ((count & 8) != 0) {
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), bytes);
    bytes = _mm_srli_si128(bytes, 8);
    to += 8;
  }
  if ((count & 4) != 0) {
    const std::int32_t four = _mm_cvtsi128_si32(bytes);
    __builtin_memcpy(to, &four, 4);
    bytes = _mm_srli_si128(bytes, 4);
    to += 4;
  }
  std::int32_t rest = _mm_cvtsi128_si32(bytes);
  if ((count & 2) != 0) {
    __builtin_memcpy(to, &rest, 2);
    rest >>= 16;
    to += 2;
  }
  if ((count & 1) != 0) *to = static_cast<std::uint8_t>(rest);
}

}  // namespace
}  // namespace aiedge::kernels::avx2
