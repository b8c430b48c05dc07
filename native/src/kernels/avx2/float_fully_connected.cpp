#include "kernels/float_fully_connected.h"

#include <immintrin.h>

#include "kernels/avx2/float_tiles.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kRows = 48;  // of a unit

std::int32_t groups_of(const FloatFullyConnectedArgs& a) {
  return (avx2::panels_of(a.out_c) - 1) / avx2::kGroup + 1;
}

// A unit is up to 48 rows times a group of panels.
std::int32_t units(const FloatFullyConnectedArgs& a) { return ((a.rows - 1) / kRows + 1) * groups_of(a); }

void run(const FloatFullyConnectedArgs& a, const Work& work) {
  const avx2::Taps taps = avx2::all_of(a.depth);
  const std::int64_t panel_step = avx2::panel_floats(a.depth);
  const std::int32_t groups = groups_of(a);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t row = std::int64_t{unit / groups} * kRows;
    const std::int32_t panel = unit % groups * avx2::kGroup;
    const std::int32_t channel = panel * avx2::kPanel;
    const auto panels =
        static_cast<std::int32_t>(avx2::least_of(avx2::panels_of(a.out_c) - panel, avx2::kGroup));
    const avx2::Tile tile = {
        .image = static_cast<const float*>(work.input[0]),
        .x = row * a.depth,
        .x_step = a.depth,
        .panel = static_cast<const float*>(work.packed) + panel * panel_step,
        .y = static_cast<float*>(work.output) + row * a.out_c + channel,
        .y_step = a.out_c,
        .channels = a.out_c - channel,
    };
    avx2::multiply(taps, tile, avx2::least_of(a.rows - row, kRows), panels, panel_step);
  }
}

std::size_t packed_bytes(const FloatFullyConnectedArgs& a) { return avx2::panels_bytes(a.out_c, a.depth); }

void pack(const FloatFullyConnectedArgs& a, void* packed) {
  avx2::pack_panels(a.weights, a.bias, a.out_c, a.depth, static_cast<float*>(packed));
}

}  // namespace

const Kernel<FloatFullyConnectedArgs> float_fully_connected_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
