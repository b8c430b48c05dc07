// Sums over positions, for each of 16 neighbouring channels: average pooling and mean. For files of this
// folder only; all of it has internal linkage.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {
namespace {

// Positions of one window: `rows` rows of `columns` pixels.
struct Positions {
  const std::uint8_t* first;  // the first channel of the group at the first position
  std::int64_t rows, columns;
  std::ptrdiff_t row_stride, column_stride;  // bytes
};

// Sums of channels 0 to 7 and 8 to 15.
struct ChannelSums {
  __m256i low, high;
};

// Up to 16 bytes, zero beyond; reads no byte more.
[[maybe_unused]] inline __m128i load_bytes(const std::uint8_t* from, std::int32_t count) {
  if (count == 16) return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  alignas(16) std::uint8_t bytes[16] = {};
  for (std::int32_t i = 0; i < count; ++i) bytes[i] = from[i];
  return _mm_load_si128(reinterpret_cast<const __m128i*>(bytes));
}

// The sum of `count` (1 to 16) channels, as the raw integers of the type. Bytes are added unsigned in 16
// bits, up to 256 positions (256 * 255 < 2^16), before the sums move to 32; int8 is seen as uint8 less 128.
[[maybe_unused]] inline ChannelSums sum_channels(const Positions& positions, QType type, std::int32_t count) {
  const __m128i flip = _mm_set1_epi8(type == QType::kInt8 ? -128 : 0);
  const __m256i zero = _mm256_setzero_si256();
  __m256i low = zero;
  __m256i high = zero;
  __m256i words = zero;
  std::int32_t pending = 0;
  const auto flush = [&] {
    low = _mm256_add_epi32(low, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(words)));
    high = _mm256_add_epi32(high, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(words, 1)));
    words = zero;
    pending = 0;
  };
  for (std::int64_t row = 0; row < positions.rows; ++row) {
    const std::uint8_t* from = positions.first + row * positions.row_stride;
    for (std::int64_t column = 0; column < positions.columns; ++column) {
      const __m128i bytes = _mm_xor_si128(load_bytes(from, count), flip);
      words = _mm256_add_epi16(words, _mm256_cvtepu8_epi16(bytes));
      if (++pending == 256) flush();
      from += positions.column_stride;
    }
  }
  flush();
  const std::int64_t offset = type == QType::kInt8 ? -128 * positions.rows * positions.columns : 0;
  const __m256i offsets = _mm256_set1_epi32(static_cast<std::int32_t>(offset));
  return {_mm256_add_epi32(low, offsets), _mm256_add_epi32(high, offsets)};
}

}  // namespace
}  // namespace aiedge::kernels::avx2
