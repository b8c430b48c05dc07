#include "kernels/mean.h"

#include "kernels/avx2/channel_sums.h"

namespace aiedge::kernels {
namespace {

std::int32_t groups(const MeanArgs& a) { return (a.channels - 1) / avx2::kSumChannels + 1; }

// The number of units must fit.
bool supports(const MeanArgs& a) {
  return a.channels >= avx2::kLeastSumChannels && std::int64_t{a.batch} * groups(a) <= INT32_MAX;
}

// A unit is one group of channels of one image.
std::int32_t units(const MeanArgs& a) { return a.batch * groups(a); }

void run(const MeanArgs& a, const Work& work) {
  // A mean far above the type's range would convert to the least integer; one far below does so rightly.
  const __m256 most = _mm256_set1_ps(a.type == QType::kInt8 ? 127.0F : 255.0F);
  const __m256 scale = _mm256_set1_ps(a.scale);
  const __m256 bias = _mm256_set1_ps(a.bias);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t image = unit / groups(a);
    const avx2::Group group = avx2::group_at(unit % groups(a) * avx2::kSumChannels, a.channels);
    const std::ptrdiff_t first = std::ptrdiff_t{image} * a.positions * a.channels + group.first;
    avx2::ChannelSums sums =
        avx2::sum_channels({.first = static_cast<const std::uint8_t*>(work.input[0]) + first,
                            .rows = 1,
                            .columns = a.positions,
                            .row_stride = 0,
                            .column_stride = a.channels},
                           a.type, group.reading);
    for (__m256i& eight : sums.eight) {
      const __m256 mean = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(eight), scale), bias);
      eight = _mm256_cvtps_epi32(_mm256_min_ps(mean, most));
    }
    auto* output = static_cast<std::uint8_t*>(work.output) + std::ptrdiff_t{image} * a.channels;
    const __m256i bytes = avx2::saturate(sums, a.type);
    if (group.skip == 0) {
      avx2::store_channels(output + group.first, bytes, group.reading);
    } else {
      avx2::store_some(output + group.first, bytes, group.skip, group.reading);
    }
  }
}

}  // namespace

const Kernel<MeanArgs> mean_avx2 = {
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
