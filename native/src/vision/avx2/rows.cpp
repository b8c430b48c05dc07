#include "vision/rows.h"

#include <immintrin.h>

namespace aiedge::vision {
namespace {

std::int32_t tap(const std::uint8_t* a, const std::uint8_t* b, std::uint32_t weights) {
  const auto first = static_cast<std::int32_t>(weights & 0xFFFFU);
  const auto second = static_cast<std::int32_t>(weights >> 16U);
  return (*a * first + *b * second + 8) >> 4;
}

void along_from(std::int32_t begin, const std::uint8_t* row, std::int32_t width, std::int32_t channels,
                const Taps& taps, std::int16_t* out) {
  for (std::int32_t i = begin; i < taps.count; ++i) {
    const std::int32_t low = taps.low[i];
    const std::uint8_t* a = row + static_cast<std::ptrdiff_t>(low) * channels;
    const std::uint8_t* b = low + 1 < width ? a + channels : a;
    for (std::int32_t c = 0; c < channels; ++c) {
      out[static_cast<std::ptrdiff_t>(i) * channels + c] =
          static_cast<std::int16_t>(tap(a + c, b + c, taps.weights[i]));
    }
  }
}

__m256i weighed(__m256i pairs, __m256i weights) {
  return _mm256_srai_epi32(_mm256_add_epi32(_mm256_madd_epi16(pairs, weights), _mm256_set1_epi32(8)), 4);
}

// Eight pixels: each load takes four bytes from `low` on.
std::int32_t along_grey(const std::uint8_t* row, std::int32_t width, const Taps& taps, std::int16_t* out) {
  const __m256i spread = _mm256_setr_epi8(0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1,  //
                                          0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13, -1);
  std::int32_t i = 0;
  for (; i + 8 <= taps.count && taps.low[i + 7] + 4 <= width; i += 8) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.low + i));
    const __m256i bytes = _mm256_i32gather_epi32(reinterpret_cast<const int*>(row), low, 1);
    const __m256i weights = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(taps.weights + i));
    const __m256i sums = weighed(_mm256_shuffle_epi8(bytes, spread), weights);
    const __m128i packed = _mm_packs_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), packed);
  }
  return i;
}

__m256i two_pixels(const std::uint8_t* row, const Taps& taps, std::int32_t i) {
  const __m256i spread = _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,  //
                                          0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const auto load = [&](std::int32_t k) {
    return _mm_loadl_epi64(
        reinterpret_cast<const __m128i*>(row + 3 * static_cast<std::ptrdiff_t>(taps.low[k])));
  };
  const auto weight = [&](std::int32_t k) { return _mm_set1_epi32(static_cast<int>(taps.weights[k])); };
  const __m256i pixels = _mm256_inserti128_si256(_mm256_castsi128_si256(load(i)), load(i + 1), 1);
  const __m256i weights = _mm256_inserti128_si256(_mm256_castsi128_si256(weight(i)), weight(i + 1), 1);
  return weighed(_mm256_shuffle_epi8(pixels, spread), weights);
}

// Four pixels: each load takes eight bytes, of which six count; each store writes four elements, of which the
// next pixel's overwrites the last.
std::int32_t along_colour(const std::uint8_t* row, std::int32_t width, const Taps& taps, std::int16_t* out) {
  std::int32_t i = 0;
  for (; i + 4 <= taps.count && 3 * (taps.low[i + 3]) + 8 <= 3 * width; i += 4) {
    const __m256i packed = _mm256_packs_epi32(two_pixels(row, taps, i), two_pixels(row, taps, i + 2));
    const __m128i even = _mm256_castsi256_si128(packed);
    const __m128i odd = _mm256_extracti128_si256(packed, 1);
    std::int16_t* to = out + 3 * static_cast<std::ptrdiff_t>(i);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), even);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + 3), odd);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + 6), _mm_unpackhi_epi64(even, even));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + 9), _mm_unpackhi_epi64(odd, odd));
  }
  return i;
}

void along(const std::uint8_t* row, std::int32_t width, std::int32_t channels, const Taps& taps,
           std::int16_t* out) {
  const std::int32_t done =
      channels == 1 ? along_grey(row, width, taps, out) : along_colour(row, width, taps, out);
  along_from(done, row, width, channels, taps, out);
}

void down(const std::int16_t* upper, const std::int16_t* lower, std::int32_t weight, std::size_t count,
          std::uint8_t* out) {
  const __m256i weights = _mm256_set1_epi32((weight << 16) | (2048 - weight));
  const __m256i half = _mm256_set1_epi32(1 << 17);
  const auto sums = [&](__m256i pairs) {
    return _mm256_srai_epi32(_mm256_add_epi32(_mm256_madd_epi16(pairs, weights), half), 18);
  };
  std::size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(upper + i));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lower + i));
    const __m256i words =
        _mm256_packs_epi32(sums(_mm256_unpacklo_epi16(a, b)), sums(_mm256_unpackhi_epi16(a, b)));
    const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), bytes);
  }
  for (; i < count; ++i) {
    out[i] = static_cast<std::uint8_t>((upper[i] * (2048 - weight) + lower[i] * weight + (1 << 17)) >> 18);
  }
}

void add(const std::uint8_t* row, std::uint32_t weight, std::size_t count, std::uint32_t* sums) {
  const __m256i weights = _mm256_set1_epi32(static_cast<int>(weight));
  std::size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i pixels = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(row + i)));
    auto* to = reinterpret_cast<__m256i*>(sums + i);
    const __m256i more = weight == 1 ? pixels : _mm256_mullo_epi32(pixels, weights);
    _mm256_storeu_si256(to, _mm256_add_epi32(_mm256_loadu_si256(to), more));
  }
  for (; i < count; ++i) sums[i] += row[i] * weight;
}

void interleave(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t flip, std::size_t count,
                std::uint8_t* out) {
  const __m256i flips = _mm256_set1_epi8(static_cast<char>(flip));
  std::size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m256i x = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a + i)), flips);
    const __m256i y = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b + i)), flips);
    const __m256i low = _mm256_unpacklo_epi8(x, y);
    const __m256i high = _mm256_unpackhi_epi8(x, y);
    auto* to = reinterpret_cast<__m256i*>(out + 2 * i);
    _mm256_storeu_si256(to, _mm256_permute2x128_si256(low, high, 0x20));
    _mm256_storeu_si256(to + 1, _mm256_permute2x128_si256(low, high, 0x31));
  }
  for (; i < count; ++i) {
    out[2 * i] = a[i] ^ flip;
    out[2 * i + 1] = b[i] ^ flip;
  }
}

}  // namespace

const RowFunctions rows_avx2 = {along, down, add, interleave};

}  // namespace aiedge::vision
