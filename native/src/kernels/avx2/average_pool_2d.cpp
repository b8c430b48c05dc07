#include "kernels/average_pool_2d.h"

#include "kernels/avx2/channel_sums.h"

namespace aiedge::kernels {
namespace {

// (sum + half) / count, rounded toward zero. With n = |sum| + half < 2^22, n + 0.5 is exact in float, and the
// quotient (n + 0.5) / count is 0.5 / count or more away from any integer; two roundings, of 1 / count and of
// the product, move it by less.
__m256i divide(__m256i sum, std::int32_t count) {
  const std::int32_t half = count / 2;
  const __m256 dividend = _mm256_add_ps(_mm256_cvtepi32_ps(_mm256_abs_epi32(sum)),
                                        _mm256_set1_ps(static_cast<float>(half) + 0.5F));
  const __m256 quotient = _mm256_mul_ps(dividend, _mm256_set1_ps(1.0F / static_cast<float>(count)));
  return _mm256_sign_epi32(_mm256_cvttps_epi32(quotient), sum);
}

bool supports(const AveragePool2DArgs& a) {
  constexpr std::int64_t kMostPositions = 16384;  // times 255.5 is less than 2^22
  return a.channels >= avx2::kLeastSumChannels && std::int64_t{a.filter_h} * a.filter_w <= kMostPositions;
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
  const __m256i low = _mm256_set1_epi32(a.clamp_min);
  const __m256i high = _mm256_set1_epi32(a.clamp_max);
  const Span rows = inside(std::int64_t{oy} * a.stride_h - a.pad_top, a.filter_h, a.in_h);
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    const Span columns = inside(std::int64_t{ox} * a.stride_w - a.pad_left, a.filter_w, a.in_w);
    const auto positions = static_cast<std::int32_t>((rows.end - rows.begin) * (columns.end - columns.begin));
    for (std::int32_t channel = 0; channel < a.channels; channel += avx2::kSumChannels) {
      const avx2::Group group = avx2::group_at(channel, a.channels);
      avx2::ChannelSums sums = avx2::sum_channels(
          {.first = image + (rows.begin * a.in_w + columns.begin) * a.channels + group.first,
           .rows = rows.end - rows.begin,
           .columns = columns.end - columns.begin,
           .row_stride = std::ptrdiff_t{a.in_w} * a.channels,
           .column_stride = a.channels},
          a.type, group.reading);
      for (__m256i& eight : sums.eight) {
        eight = _mm256_min_epi32(_mm256_max_epi32(divide(eight, positions), low), high);
      }
      // The results that the group before has already are the same.
      avx2::store_channels(output + group.first, avx2::saturate(sums, a.type), group.reading);
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
