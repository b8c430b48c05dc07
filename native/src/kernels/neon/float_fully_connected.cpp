#include "kernels/float_fully_connected.h"

#include <arm_neon.h>

#include "kernels/neon/float_tiles.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kRows = 48;  // of a unit

std::int32_t groups_of(const FloatFullyConnectedArgs& a) {
  return (neon::panels_of(a.out_c) - 1) / neon::kGroup + 1;
}

// A unit is up to 48 rows times a group of panels.
std::int32_t units(const FloatFullyConnectedArgs& a) { return ((a.rows - 1) / kRows + 1) * groups_of(a); }

void run(const FloatFullyConnectedArgs& a, const Work& work) {
  const neon::Taps taps = neon::all_of(a.depth);
  const std::int64_t panel_step = neon::panel_floats(a.depth);
  const std::int32_t groups = groups_of(a);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t row = std::int64_t{unit / groups} * kRows;
    const std::int32_t panel = unit % groups * neon::kGroup;
    const std::int32_t channel = panel * neon::kPanel;
    const auto panels =
        static_cast<std::int32_t>(neon::least_of(neon::panels_of(a.out_c) - panel, neon::kGroup));
    const neon::Tile tile = {
        .image = static_cast<const float*>(work.input[0]),
        .x = row * a.depth,
        .x_step = a.depth,
        .panel = static_cast<const float*>(work.packed) + panel * panel_step,
        .y = static_cast<float*>(work.output) + row * a.out_c + channel,
        .y_step = a.out_c,
        .channels = a.out_c - channel,
    };
    neon::multiply(taps, tile, neon::least_of(a.rows - row, kRows), panels, panel_step);
  }
}

std::size_t packed_bytes(const FloatFullyConnectedArgs& a) { return neon::panels_bytes(a.out_c, a.depth); }

void pack(const FloatFullyConnectedArgs& a, void* packed) {
  neon::pack_panels(a.weights, a.bias, a.out_c, a.depth, static_cast<float*>(packed));
}

}  // namespace

const Kernel<FloatFullyConnectedArgs> float_fully_connected_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = nullptr,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
