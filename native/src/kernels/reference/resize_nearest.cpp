#include "kernels/resize_nearest.h"

#include <cstring>

namespace aiedge::kernels {
namespace {

// A unit is a row of the output.
std::int32_t units(const ResizeNearestArgs& a) { return a.batch * a.out_h; }

void run(const ResizeNearestArgs& a, const Work& work) {
  const auto pixel = static_cast<std::size_t>(a.pixel_bytes);
  const std::int64_t in_row = std::int64_t{a.in_w} * a.pixel_bytes;
  const std::int64_t out_row = std::int64_t{a.out_w} * a.pixel_bytes;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t row = std::int64_t{unit / a.out_h} * a.in_h + a.rows[unit % a.out_h];
    const std::uint8_t* x = static_cast<const std::uint8_t*>(work.input[0]) + row * in_row;
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + unit * out_row;
    for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
      std::memcpy(y, x + std::int64_t{a.columns[ox]} * a.pixel_bytes, pixel);
      y += pixel;
    }
  }
}

}  // namespace

const Kernel<ResizeNearestArgs> resize_nearest_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
