#include "kernels/average_pool_2d.h"

#include "kernels/avx2/channel_sums.h"
#include "kernels/avx2/requant.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kGroup = 16;

// (sum + half) / count, rounded toward zero. The float quotient of two integers is exact enough for that:
// while |sum| + count < 2^24 both are exact, and a quotient below an integer k is below it by 1/count or
// more, more than the rounding of a float near k, so that it never becomes k.
__m256i divide(__m256i sum, std::int32_t count) {
  const __m256i half = _mm256_sign_epi32(_mm256_set1_epi32(count / 2), sum);
  const __m256 dividend = _mm256_cvtepi32_ps(_mm256_add_epi32(sum, half));
  return _mm256_cvttps_epi32(_mm256_div_ps(dividend, _mm256_set1_ps(static_cast<float>(count))));
}

bool supports(const AveragePool2DArgs& a) {
  constexpr std::int64_t kMostPositions = 32768;  // times 256 is 2^23
  return std::int64_t{a.filter_h} * a.filter_w <= kMostPositions;
}

// A unit is one output row of one image.
std::int32_t units(const AveragePool2DArgs& a) { return a.batch * a.out_h; }

// The part [begin, end) of a window that lies within the input.
struct Span {
  std::int64_t begin, end;
};

Span inside(std::int64_t first, std::int32_t length, std::int32_t size) {
  const std::int64_t end = first + length;
  return {first < 0 ? 0 : first, end < size ? end : size};
}

void output_row(const AveragePool2DArgs& a, const std::uint8_t* image, std::int32_t oy,
                std::uint8_t* output) {
  const std::int32_t shift = a.type == QType::kUint8 ? 128 : 0;
  const __m256i low = _mm256_set1_epi16(static_cast<std::int16_t>(a.clamp_min));
  const __m256i high = _mm256_set1_epi16(static_cast<std::int16_t>(a.clamp_max));
  const __m256i to_signed = _mm256_set1_epi16(static_cast<std::int16_t>(-shift));
  const __m128i flip = _mm_set1_epi8(static_cast<char>(shift == 0 ? 0 : -128));
  const Span rows = inside(std::int64_t{oy} * a.stride_h - a.pad_top, a.filter_h, a.in_h);
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    const Span columns = inside(std::int64_t{ox} * a.stride_w - a.pad_left, a.filter_w, a.in_w);
    const auto positions = static_cast<std::int32_t>((rows.end - rows.begin) * (columns.end - columns.begin));
    for (std::int32_t channel = 0; channel < a.channels; channel += kGroup) {
      const std::int32_t count = a.channels - channel < kGroup ? a.channels - channel : kGroup;
      const avx2::ChannelSums sums =
          avx2::sum_channels({.first = image + (rows.begin * a.in_w + columns.begin) * a.channels + channel,
                              .rows = rows.end - rows.begin,
                              .columns = columns.end - columns.begin,
                              .row_stride = std::ptrdiff_t{a.in_w} * a.channels,
                              .column_stride = a.channels},
                             a.type, count);
      const __m256i words = _mm256_permute4x64_epi64(
          _mm256_packs_epi32(divide(sums.low, positions), divide(sums.high, positions)), 0xD8);
      const __m256i bounded =
          _mm256_add_epi16(_mm256_min_epi16(_mm256_max_epi16(words, low), high), to_signed);
      const __m128i bytes =
          _mm_packs_epi16(_mm256_castsi256_si128(bounded), _mm256_extracti128_si256(bounded, 1));
      avx2::store_bytes(output + channel, _mm_xor_si128(bytes, flip), count);
    }
    output += a.channels;
  }
}

void run(const AveragePool2DArgs& a, const Work& work) {
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::ptrdiff_t image = std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.channels;
    const std::ptrdiff_t output = std::ptrdiff_t{unit} * a.out_w * a.channels;
    output_row(a, static_cast<const std::uint8_t*>(work.input[0]) + image, unit % a.out_h,
               static_cast<std::uint8_t*>(work.output) + output);
  }
}

}  // namespace

const Kernel<AveragePool2DArgs> average_pool_2d_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
