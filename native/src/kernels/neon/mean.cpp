#include "kernels/mean.h"

#include "kernels/neon/channel_sums.h"

namespace aiedge::kernels {
namespace {

std::int32_t groups(const MeanArgs& a) { return (a.channels - 1) / neon::kSumChannels + 1; }

// The number of units must fit.
bool supports(const MeanArgs& a) { return std::int64_t{a.batch} * groups(a) <= INT32_MAX; }

// A unit is one group of channels of one image.
std::int32_t units(const MeanArgs& a) { return a.batch * groups(a); }

void run(const MeanArgs& a, const Work& work) {
  const std::int32_t type_min = a.type == QType::kInt8 ? -128 : 0;
  const float32x4_t low = vdupq_n_f32(static_cast<float>(type_min));
  const float32x4_t high = vdupq_n_f32(static_cast<float>(type_min + 255));
  const float32x4_t scale = vdupq_n_f32(a.scale);
  const float32x4_t bias = vdupq_n_f32(a.bias);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t image = unit / groups(a);
    const neon::Group group = neon::group_at(unit % groups(a) * neon::kSumChannels, a.channels);
    const std::ptrdiff_t first = std::ptrdiff_t{image} * a.positions * a.channels + group.first;
    neon::ChannelSums sums =
        neon::sum_channels({.first = static_cast<const std::uint8_t*>(work.input[0]) + first,
                            .rows = 1,
                            .columns = a.positions,
                            .row_stride = 0,
                            .column_stride = a.channels},
                           a.type, group.reading);
    for (int32x4_t& four : sums.four) {
      const float32x4_t mean = vaddq_f32(vmulq_f32(vcvtq_f32_s32(four), scale), bias);
      four = vcvtnq_s32_f32(vminq_f32(vmaxq_f32(mean, low), high));
    }
    auto* output = static_cast<std::uint8_t*>(work.output) + std::ptrdiff_t{image} * a.channels;
    neon::store_group(output + group.first, neon::low_bytes(sums), group);
  }
}

}  // namespace

const Kernel<MeanArgs> mean_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
