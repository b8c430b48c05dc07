#include "kernels/resize_bilinear.h"

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is a row of the output.
std::int32_t units(const ResizeBilinearArgs& a) { return a.batch * a.out_h; }

void run(const ResizeBilinearArgs& a, const Work& work) {
  with_type(a.type, [&](auto type) {
    using T = decltype(type);
    const std::int64_t in_row = std::int64_t{a.in_w} * a.channels;
    const std::int64_t out_row = std::int64_t{a.out_w} * a.channels;
    for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
      const ResizeTap& row = a.rows[unit % a.out_h];
      const T* image = static_cast<const T*>(work.input[0]) + std::int64_t{unit / a.out_h} * a.in_h * in_row;
      const T* upper = image + row.low * in_row;
      const T* lower = image + row.high * in_row;
      T* y = static_cast<T*>(work.output) + unit * out_row;
      for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
        const ResizeTap& column = a.columns[ox];
        const std::int64_t left = std::int64_t{column.low} * a.channels;
        const std::int64_t right = std::int64_t{column.high} * a.channels;
        for (std::int32_t c = 0; c < a.channels; ++c) {
          const std::int32_t top =
              upper[left + c] * (2048 - column.weight) + upper[right + c] * column.weight;
          const std::int32_t bottom =
              lower[left + c] * (2048 - column.weight) + lower[right + c] * column.weight;
          const std::int32_t sum = top * (2048 - row.weight) + bottom * row.weight;
          *y++ = static_cast<T>((sum + (1 << 21)) >> 22);
        }
      }
    }
  });
}

}  // namespace

const Kernel<ResizeBilinearArgs> resize_bilinear_reference = {
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
