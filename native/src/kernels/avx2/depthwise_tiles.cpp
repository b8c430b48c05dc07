#include "kernels/avx2/depthwise_tiles.h"

#include <immintrin.h>

#include "kernels/avx2/requant.h"

namespace aiedge::kernels::avx2 {
namespace {

constexpr std::int32_t kTilePixels = 4;

const __m256i* vector_at(const void* from) { return static_cast<const __m256i*>(from); }

// Keeps a value in a register as it is. Without it GCC adds the products of all taps in another order, at the
// end, and has no registers for them until then; and it loads activations twice, once for each interleaving.
inline void pin(__m256i& value) { __asm__("" : "+x"(value)); }

// One pair of taps for kPixels pixels and one group of channels.
template <int kPixels>
inline void multiply_pair(const std::int16_t* x, const std::int16_t* next, std::ptrdiff_t pixel_stride,
                          const std::int16_t* weights, Sums (&sums)[kPixels]) {
  const __m256i w_first = _mm256_loadu_si256(vector_at(weights));
  const __m256i w_second = _mm256_loadu_si256(vector_at(weights + kGroupChannels));
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) {
    __m256i a = _mm256_loadu_si256(vector_at(x + p * pixel_stride));
    __m256i b = _mm256_loadu_si256(vector_at(next + p * pixel_stride));
    pin(a);
    pin(b);
    sums[p].first = _mm256_add_epi32(sums[p].first, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), w_first));
    sums[p].second =
        _mm256_add_epi32(sums[p].second, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), w_second));
    pin(sums[p].first);
    pin(sums[p].second);
  }
}

// All channels of kPixels neighbouring pixels. kPairs is the number of pairs of taps, or 0 when only `row`
// knows it.
template <int kPixels, int kPairs>
void tile(const DepthwiseRow& row, const Rounding& rounding, std::int32_t pixel) {
  const std::int16_t* const* taps = row.taps;
  const std::int32_t pairs = kPairs > 0 ? kPairs : row.tap_pairs;
  const std::ptrdiff_t stride = row.pixel_stride;
  const std::ptrdiff_t output_stride = row.output_stride;
  const std::int32_t last_group_bytes = row.last_group_bytes;
  const std::int32_t last_pixel_bytes =
      pixel + kPixels == row.pixels ? row.last_pixel_bytes : last_group_bytes;
  const bool whole = last_group_bytes == kGroupChannels && last_pixel_bytes == kGroupChannels;
  std::ptrdiff_t offset = pixel * stride;
  std::uint8_t* to = row.output + pixel * output_stride;
  const auto* record = static_cast<const std::uint8_t*>(row.packed);
  for (std::int32_t group = row.groups; group > 0; --group) {
    const auto* bias = reinterpret_cast<const std::int32_t*>(record);
    const auto* scale = reinterpret_cast<const float*>(bias + kGroupChannels);
    const auto* weights = reinterpret_cast<const std::int16_t*>(scale + kGroupChannels);
    const Sums start = {_mm256_loadu_si256(vector_at(bias)), _mm256_loadu_si256(vector_at(bias + 8))};
    Sums sums[kPixels];
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; ++p) sums[p] = start;
    if constexpr (kPairs > 0) {
#pragma GCC unroll 8
      for (int pair = 0; pair < kPairs; ++pair) {
        multiply_pair(taps[2 * pair] + offset, taps[2 * pair + 1] + offset, stride,
                      weights + pair * 2 * kGroupChannels, sums);
      }
    } else {
      for (std::int32_t pair = 0; pair < pairs; ++pair) {
        multiply_pair(taps[2 * pair] + offset, taps[2 * pair + 1] + offset, stride,
                      weights + std::ptrdiff_t{pair} * 2 * kGroupChannels, sums);
      }
    }
    const Scales scales = {_mm256_loadu_ps(scale), _mm256_loadu_ps(scale + 8)};
    __m128i bytes[kPixels];
#pragma GCC unroll 8
    for (int p = 0; p < kPixels; p += 2) {
      const int other = p + 1 < kPixels ? p + 1 : p;
      const __m256i both =
          narrow_rows(narrow(sums[p], scales, rounding), narrow(sums[other], scales, rounding), rounding);
      bytes[p] = _mm256_castsi256_si128(both);
      if (other != p) bytes[other] = _mm256_extracti128_si256(both, 1);
    }
    if (group > 1 || whole) {
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + p * output_stride), bytes[p]);
      }
    } else {
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        store_bytes(to + p * output_stride, bytes[p], p + 1 == kPixels ? last_pixel_bytes : last_group_bytes);
      }
    }
    offset += kGroupChannels;
    to += kGroupChannels;
    record += depthwise_group_bytes(pairs);
  }
}

using TileFunction = void (*)(const DepthwiseRow& row, const Rounding& rounding, std::int32_t pixel);

// 3x3 has five pairs of taps.
constexpr TileFunction kThreeByThree[kTilePixels] = {tile<1, 5>, tile<2, 5>, tile<3, 5>, tile<4, 5>};
constexpr TileFunction kAnySize[kTilePixels] = {tile<1, 0>, tile<2, 0>, tile<3, 0>, tile<4, 0>};

}  // namespace

std::int64_t depthwise_group_bytes(std::int32_t tap_pairs) {
  constexpr std::int64_t kConstants =
      kGroupChannels * static_cast<std::int64_t>(sizeof(std::int32_t) + sizeof(float));
  constexpr std::int64_t kPair = 2 * kGroupChannels * static_cast<std::int64_t>(sizeof(std::int16_t));
  return kConstants + tap_pairs * kPair;
}

void depthwise_row(const DepthwiseRow& row, const Requant& requant, QType type) {
  const Rounding rounding = make_rounding(requant, type);
  const TileFunction* functions = row.tap_pairs == 5 ? kThreeByThree : kAnySize;
  const std::int32_t tiles = (row.pixels + kTilePixels - 1) / kTilePixels;
  const std::int32_t small = row.pixels / tiles;
  const std::int32_t large_tiles = row.pixels % tiles;
  std::int32_t pixel = 0;
  for (std::int32_t t = 0; t < tiles; ++t) {
    const std::int32_t count = t < large_tiles ? small + 1 : small;
    functions[count - 1](row, rounding, pixel);
    pixel += count;
  }
}

}  // namespace aiedge::kernels::avx2
