#include "kernels/mean.h"

#include "kernels/avx2/channel_sums.h"
#include "kernels/avx2/requant.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kGroup = 16;

std::int32_t groups(const MeanArgs& a) { return (a.channels - 1) / kGroup + 1; }

// The number of units must fit.
bool supports(const MeanArgs& a) { return std::int64_t{a.batch} * groups(a) <= INT32_MAX; }

// A unit is one group of channels of one image.
std::int32_t units(const MeanArgs& a) { return a.batch * groups(a); }

void run(const MeanArgs& a, const Work& work) {
  const std::int32_t type_min = a.type == QType::kInt8 ? -128 : 0;
  const Requant requant = {nullptr, 0, type_min, type_min + 255};
  const avx2::Rounding rounding = avx2::make_rounding(requant, a.type);
  const __m256 scale = _mm256_set1_ps(a.scale);
  const __m256 bias = _mm256_set1_ps(a.bias);
  const auto round = [&](__m256i sum) {
    const __m256 mean = _mm256_add_ps(_mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale), bias);
    return _mm256_cvtps_epi32(_mm256_min_ps(mean, rounding.high));
  };
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t image = unit / groups(a);
    const std::int32_t channel = unit % groups(a) * kGroup;
    const std::int32_t count = a.channels - channel < kGroup ? a.channels - channel : kGroup;
    const std::ptrdiff_t first = std::ptrdiff_t{image} * a.positions * a.channels + channel;
    const avx2::ChannelSums sums =
        avx2::sum_channels({.first = static_cast<const std::uint8_t*>(work.input[0]) + first,
                            .rows = 1,
                            .columns = a.positions,
                            .row_stride = 0,
                            .column_stride = a.channels},
                           a.type, count);
    const __m256i low = round(sums.low);
    const __m256i high = round(sums.high);
    // The order of requant.h: halves of the two vectors change places.
    const __m256i packed = _mm256_packs_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                                              _mm256_permute2x128_si256(low, high, 0x31));
    const __m256i words = _mm256_adds_epi16(packed, rounding.zero_point);
    const __m256i bytes = avx2::narrow_rows(words, words, rounding);
    auto* output = static_cast<std::uint8_t*>(work.output) + std::ptrdiff_t{image} * a.channels + channel;
    avx2::store_bytes(output, _mm256_castsi256_si128(bytes), count);
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
