// Sums over positions, for each of 32 neighbouring channels: average pooling and mean. For files of this
// folder only; all of it has internal linkage.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {
namespace {

constexpr std::int32_t kSumChannels = 32;
constexpr std::int32_t kLeastSumChannels = 8;  // of an image

// Positions of one window: `rows` rows of `columns` pixels.
struct Positions {
  const std::uint8_t* first;  // the first channel of the group at the first position
  std::int64_t rows, columns;
  std::ptrdiff_t row_stride, column_stride;  // bytes
};

// Sums of eight channels each, in order.
struct ChannelSums {
  __m256i eight[4];
};

// The group that begins at `channel`, of `channels`: its first channel may be moved back, so that 32 can be
// read; then the first results are of the group before.
struct Group {
  std::int32_t first;    // channel that is read first
  std::int32_t skip;     // how many of the first results belong to the group before
  std::int32_t reading;  // channels that are read: 32, or all where there are fewer
};

[[maybe_unused]] inline Group group_at(std::int32_t channel, std::int32_t channels) {
  if (channels < kSumChannels) return {0, 0, channels};
  const std::int32_t last = channels - kSumChannels;
  const std::int32_t first = channel < last ? channel : last;
  return {first, channel - first, kSumChannels};
}

// Bytes 16 - n to 15 as the first n, zero beyond; n is 0 to 16.
[[maybe_unused]] inline __m128i last_bytes(__m128i bytes, std::int32_t n) {
  static constexpr std::int8_t kOrder[32] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                             -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  return _mm_shuffle_epi8(bytes, _mm_loadu_si128(reinterpret_cast<const __m128i*>(kOrder + 16 - n)));
}

// `count` bytes (8 to 32), zero beyond; reads no byte more.
[[maybe_unused]] inline __m256i load_channels(const std::uint8_t* from, std::int32_t count) {
  if (count == kSumChannels) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  if (count == 16) return _mm256_zextsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  if (count > 16) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + count - 16));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(low), last_bytes(high, count - 16), 1);
  }
  const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  const __m128i high = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + count - 8));
  const __m128i rest = last_bytes(_mm_slli_si128(high, 8), count - 8);
  return _mm256_zextsi128_si256(_mm_unpacklo_epi64(low, rest));
}

// 32 sums in 16 bits, of the type's signedness: channels 0 to 7 and 16 to 23, and the others.
struct Words {
  __m256i low, high;
};

// VPMADDUBSW adds neighbouring bytes: one channel of two positions.
template <bool kUnsigned>
inline __m256i add_neighbours(__m256i pairs) {
  const __m256i ones = _mm256_set1_epi8(1);
  return kUnsigned ? _mm256_maddubs_epi16(pairs, ones) : _mm256_maddubs_epi16(ones, pairs);
}

template <bool kUnsigned>
inline void add_two(__m256i a, __m256i b, Words& words) {
  words.low = _mm256_add_epi16(words.low, add_neighbours<kUnsigned>(_mm256_unpacklo_epi8(a, b)));
  words.high = _mm256_add_epi16(words.high, add_neighbours<kUnsigned>(_mm256_unpackhi_epi8(a, b)));
}

template <bool kUnsigned>
inline __m256i widen(__m128i words) {
  return kUnsigned ? _mm256_cvtepu16_epi32(words) : _mm256_cvtepi16_epi32(words);
}

template <bool kUnsigned>
inline void flush(Words& words, ChannelSums& sums) {
  const __m128i quarters[4] = {
      _mm256_castsi256_si128(words.low),
      _mm256_castsi256_si128(words.high),
      _mm256_extracti128_si256(words.low, 1),
      _mm256_extracti128_si256(words.high, 1),
  };
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    sums.eight[i] = _mm256_add_epi32(sums.eight[i], widen<kUnsigned>(quarters[i]));
  }
  words = {_mm256_setzero_si256(), _mm256_setzero_si256()};
}

// Up to 256 positions (256 * 255 < 2^16) are added in 16 bits before their sums move to 32.
// The sums of kReading channels, or of `count` where that is 0.
template <bool kUnsigned, std::int32_t kReading>
inline ChannelSums sum_typed(const Positions& positions, std::int32_t count) {
  constexpr std::int64_t kMostPending = 256;
  const std::ptrdiff_t stride = positions.column_stride;
  const std::int32_t reading = kReading == 0 ? count : kReading;
  const __m256i zero = _mm256_setzero_si256();
  ChannelSums sums = {{zero, zero, zero, zero}};
  Words words = {zero, zero};
  std::int64_t pending = 0;
  for (std::int64_t row = 0; row < positions.rows; ++row) {
    const std::uint8_t* from = positions.first + row * positions.row_stride;
    for (std::int64_t left = positions.columns; left > 0;) {
      if (pending == kMostPending) {
        flush<kUnsigned>(words, sums);
        pending = 0;
      }
      std::int64_t steps = left < kMostPending - pending ? left : kMostPending - pending;
      left -= steps;
      pending += steps;
      for (; steps >= 2; steps -= 2) {
        add_two<kUnsigned>(load_channels(from, reading), load_channels(from + stride, reading), words);
        from += 2 * stride;
      }
      if (steps == 1) {
        add_two<kUnsigned>(load_channels(from, reading), zero, words);
        from += stride;
      }
    }
  }
  flush<kUnsigned>(words, sums);
  return sums;
}

template <bool kUnsigned>
inline ChannelSums sum_unsigned_or_signed(const Positions& positions, std::int32_t count) {
  if (count == kSumChannels) return sum_typed<kUnsigned, kSumChannels>(positions, count);
  if (count == 16) return sum_typed<kUnsigned, 16>(positions, count);
  return sum_typed<kUnsigned, 0>(positions, count);
}

// The sums of `count` (8 to 32) channels, as the raw integers of the type.
[[maybe_unused]] inline ChannelSums sum_channels(const Positions& positions, QType type, std::int32_t count) {
  return type == QType::kUint8 ? sum_unsigned_or_signed<true>(positions, count)
                               : sum_unsigned_or_signed<false>(positions, count);
}

// 32 integers as bytes of the type, saturated.
[[maybe_unused]] inline __m256i saturate(const ChannelSums& values, QType type) {
  const __m256i low = _mm256_packs_epi32(values.eight[0], values.eight[1]);
  const __m256i high = _mm256_packs_epi32(values.eight[2], values.eight[3]);
  const __m256i bytes =
      type == QType::kUint8 ? _mm256_packus_epi16(low, high) : _mm256_packs_epi16(low, high);
  return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

// Write the first `count` (8 to 32) bytes.
[[maybe_unused]] inline void store_channels(std::uint8_t* to, __m256i bytes, std::int32_t count) {
  if (count == kSumChannels) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
    return;
  }
  alignas(32) std::uint8_t all[kSumChannels];
  _mm256_store_si256(reinterpret_cast<__m256i*>(all), bytes);
  if (count >= 16) {
    __builtin_memcpy(to, all, 16);
    __builtin_memcpy(to + count - 16, all + count - 16, 16);
  } else {
    __builtin_memcpy(to, all, 8);
    __builtin_memcpy(to + count - 8, all + count - 8, 8);
  }
}

// Write the bytes [first, end).
[[maybe_unused]] inline void store_some(std::uint8_t* to, __m256i bytes, std::int32_t first,
                                        std::int32_t end) {
  alignas(32) std::uint8_t all[kSumChannels];
  _mm256_store_si256(reinterpret_cast<__m256i*>(all), bytes);
  for (std::int32_t i = first; i < end; ++i) to[i] = all[i];
}

}  // namespace
}  // namespace aiedge::kernels::avx2
