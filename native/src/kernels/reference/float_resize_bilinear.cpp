#include "kernels/float_resize_bilinear.h"

#include "kernels/reference/floats.h"

namespace aiedge::kernels {
namespace {

// A unit is a row of the output.
std::int32_t units(const FloatResizeBilinearArgs& a) { return a.batch * a.out_h; }

void run(const FloatResizeBilinearArgs& a, const Work& work) {
  std::int64_t index = std::int64_t{work.begin} * a.out_w * a.channels;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t image = std::int64_t{unit / a.out_h} * a.in_h;
    const FloatResizeTap& row = a.rows[unit % a.out_h];
    for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
      const FloatResizeTap& column = a.columns[ox];
      for (std::int32_t c = 0; c < a.channels; ++c) {
        // The value of an input row at the output's column.
        const auto along = [&](std::int32_t y) {
          const std::int64_t line = (image + y) * a.in_w;
          const float low = load_float(work.input[0], (line + column.low) * a.channels + c);
          const float high = load_float(work.input[0], (line + column.high) * a.channels + c);
          return low + (high - low) * column.weight;
        };
        const float low = along(row.low);
        store_float(work.output, index++, low + (along(row.high) - low) * row.weight);
      }
    }
  }
}

}  // namespace

const Kernel<FloatResizeBilinearArgs> float_resize_bilinear_reference = {
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
