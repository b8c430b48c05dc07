// The rows are weighted first, a whole one at once, then the columns: plain loops that the compiler turns
// into vectors. The sums are exact, so their order changes nothing.
#include "kernels/resize_bilinear.h"

namespace aiedge::kernels {
namespace {

// A unit is a row of the output.
std::int32_t units(const ResizeBilinearArgs& a) { return a.batch * a.out_h; }

std::size_t scratch_bytes(const ResizeBilinearArgs& a) {
  return sizeof(std::int32_t) * static_cast<std::size_t>(a.in_w) * static_cast<std::size_t>(a.channels);
}

template <typename T>
void run_rows(const ResizeBilinearArgs& a, const Work& work) {
  const std::int64_t in_row = std::int64_t{a.in_w} * a.channels;
  const std::int64_t out_row = std::int64_t{a.out_w} * a.channels;
  auto* __restrict weighted = static_cast<std::int32_t*>(work.scratch);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const ResizeTap& row = a.rows[unit % a.out_h];
    const T* image = static_cast<const T*>(work.input[0]) + std::int64_t{unit / a.out_h} * a.in_h * in_row;
    const T* upper = image + row.low * in_row;
    const T* lower = image + row.high * in_row;
    const std::int32_t down = row.weight;
    for (std::int64_t i = 0; i < in_row; ++i) weighted[i] = upper[i] * (2048 - down) + lower[i] * down;

    T* __restrict y = static_cast<T*>(work.output) + unit * out_row;
    for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
      const ResizeTap& column = a.columns[ox];
      const std::int32_t* left = weighted + std::int64_t{column.low} * a.channels;
      const std::int32_t* right = weighted + std::int64_t{column.high} * a.channels;
      const std::int32_t weight = column.weight;
      for (std::int32_t c = 0; c < a.channels; ++c) {
        const std::int32_t sum = left[c] * (2048 - weight) + right[c] * weight;
        y[c] = static_cast<T>((sum + (1 << 21)) >> 22);
      }
      y += a.channels;
    }
  }
}

void run(const ResizeBilinearArgs& a, const Work& work) {
  if (a.type == QType::kInt8) {
    run_rows<std::int8_t>(a, work);
  } else {
    run_rows<std::uint8_t>(a, work);
  }
}

}  // namespace

const Kernel<ResizeBilinearArgs> resize_bilinear_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
