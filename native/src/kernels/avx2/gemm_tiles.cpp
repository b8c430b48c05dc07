#include "kernels/avx2/gemm_tiles.h"

#include <immintrin.h>

#include "kernels/avx2/requant.h"

namespace aiedge::kernels::avx2 {
namespace {

template <bool kWide>
__m256i load_weights(const std::uint8_t* from) {
  if constexpr (kWide) return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

__m256i broadcast_pair(const std::int16_t* from) {
  std::int32_t pair;
  __builtin_memcpy(&pair, from, sizeof(pair));
  return _mm256_set1_epi32(pair);
}

// sums += rows x panel. The loops over rows and vectors must be unrolled: only then the sums stay in
// registers.
template <int kRows, int kVectors, bool kWide>
void multiply(const TileRow& row, std::ptrdiff_t offset, __m256i (&sums)[kRows][kVectors]) {
  constexpr std::ptrdiff_t kVectorBytes = kWide ? 32 : 16;
  const std::uint8_t* weights = row.weights;
  const std::ptrdiff_t stride = row.row_stride;
  for (std::int32_t s = 0; s < row.segment_count; ++s) {
    const std::int16_t* x = row.segments[s] + offset;
    for (std::int64_t pair = row.pairs; pair > 0; --pair) {
      __m256i w[kVectors];
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) w[v] = load_weights<kWide>(weights + v * kVectorBytes);
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) {
        const __m256i activations = broadcast_pair(x + r * stride);
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          sums[r][v] = _mm256_add_epi32(sums[r][v], _mm256_madd_epi16(activations, w[v]));
        }
      }
      x += 2;
      weights += kVectors * kVectorBytes;
    }
  }
}

// `count` tiles of 16 lanes, from activation `offset` of the segments on.
template <int kRows, bool kWide>
void full_tiles(const TileRow& row, const Rounding& rounding, std::ptrdiff_t offset, std::uint8_t* to,
                std::int32_t count) {
  const std::ptrdiff_t stride = row.output_stride;
  const std::int32_t channels = row.channels;
  for (std::int32_t tile = 0; tile < count; ++tile) {
    __m256i sums[kRows][2];
    const __m256i bias_first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.bias));
    const __m256i bias_second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.bias + 8));
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      sums[r][0] = bias_first;
      sums[r][1] = bias_second;
    }
    multiply<kRows, 2, kWide>(row, offset, sums);
    const Scales scales = {_mm256_loadu_ps(row.scale), _mm256_loadu_ps(row.scale + 8)};
    __m128i bytes[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r += 2) {
      const int other = r + 1 < kRows ? r + 1 : r;
      const __m256i both = narrow_rows(narrow({sums[r][0], sums[r][1]}, scales, rounding),
                                       narrow({sums[other][0], sums[other][1]}, scales, rounding), rounding);
      bytes[r] = _mm256_castsi256_si128(both);
      if (other != r) bytes[other] = _mm256_extracti128_si256(both, 1);
    }
    if (channels == kPanelChannels) {
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) _mm_storeu_si128(reinterpret_cast<__m128i*>(to + r * stride), bytes[r]);
    } else {
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) store_bytes(to + r * stride, bytes[r], channels);
    }
    to += kRows * stride;
    offset += kRows * row.row_stride;
  }
}

// The same for up to 8 lanes, which stand in their order in one vector; two rows share the packing of
// sixteen.
template <int kRows, bool kWide>
void half_tiles(const TileRow& row, const Rounding& rounding, std::ptrdiff_t offset, std::uint8_t* to,
                std::int32_t count) {
  const std::ptrdiff_t stride = row.output_stride;
  const std::int32_t channels = row.channels;
  for (std::int32_t tile = 0; tile < count; ++tile) {
    __m256i sums[kRows][1];
    const __m256i bias = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(row.bias));
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) sums[r][0] = bias;
    multiply<kRows, 1, kWide>(row, offset, sums);
    const __m256 scale = _mm256_loadu_ps(row.scale);
    __m128i bytes[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; r += 2) {
      const int other = r + 1 < kRows ? r + 1 : r;
      // Per half: four channels of row r, then the same four of the other row.
      const __m256i words =
          _mm256_adds_epi16(_mm256_packs_epi32(scale_and_round(sums[r][0], scale, rounding.high),
                                               scale_and_round(sums[other][0], scale, rounding.high)),
                            rounding.zero_point);
      const __m256i packed =
          _mm256_xor_si256(_mm256_max_epi8(_mm256_packs_epi16(words, words), rounding.low), rounding.flip);
      bytes[r] = _mm_unpacklo_epi32(_mm256_castsi256_si128(packed), _mm256_extracti128_si256(packed, 1));
      if (other != r) bytes[other] = _mm_srli_si128(bytes[r], 8);
    }
    if (channels == 8) {
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) _mm_storel_epi64(reinterpret_cast<__m128i*>(to + r * stride), bytes[r]);
    } else {
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r) store_bytes(to + r * stride, bytes[r], channels);
    }
    to += kRows * stride;
    offset += kRows * row.row_stride;
  }
}

using TilesFunction = void (*)(const TileRow& row, const Rounding& rounding, std::ptrdiff_t offset,
                               std::uint8_t* to, std::int32_t count);

template <bool kWide>
TilesFunction tiles_function(std::int32_t vectors, std::int32_t rows) {
  static constexpr TilesFunction kHalf[kTileRows] = {half_tiles<1, kWide>, half_tiles<2, kWide>,
                                                     half_tiles<3, kWide>, half_tiles<4, kWide>,
                                                     half_tiles<5, kWide>, half_tiles<6, kWide>};
  static constexpr TilesFunction kFull[kTileRows] = {full_tiles<1, kWide>, full_tiles<2, kWide>,
                                                     full_tiles<3, kWide>, full_tiles<4, kWide>,
                                                     full_tiles<5, kWide>, full_tiles<6, kWide>};
  return vectors == 1 ? kHalf[rows - 1] : kFull[rows - 1];
}

}  // namespace

void run_tiles(const TileRow& row, std::int32_t rows, const Requant& requant, QType type) {
  const Rounding rounding = make_rounding(requant, type);
  const auto function = [&](std::int32_t tile_rows) {
    return row.wide ? tiles_function<true>(row.vectors, tile_rows)
                    : tiles_function<false>(row.vectors, tile_rows);
  };
  const std::int32_t tiles = (rows + kTileRows - 1) / kTileRows;
  const std::int32_t small = rows / tiles;
  const std::int32_t large_tiles = rows % tiles;
  if (large_tiles > 0) function(small + 1)(row, rounding, 0, row.output, large_tiles);
  const std::int32_t done = large_tiles * (small + 1);
  function(small)(row, rounding, done * row.row_stride, row.output + done * row.output_stride,
                  tiles - large_tiles);
}

}  // namespace aiedge::kernels::avx2
