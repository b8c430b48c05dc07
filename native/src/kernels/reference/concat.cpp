#include "kernels/concat.h"

#include <algorithm>
#include <cstring>

namespace aiedge::kernels {
namespace {

// A unit is the rows of about so many bytes.
constexpr std::int32_t kBlock = 16384;

std::int32_t rows_of_unit(const ConcatArgs& a) { return std::max(kBlock / a.row_bytes, 1); }

std::int32_t units(const ConcatArgs& a) { return (a.rows - 1) / rows_of_unit(a) + 1; }

void run(const ConcatArgs& a, const Work& work) {
  const std::int64_t step = rows_of_unit(a);
  const std::int64_t first = work.begin * step;
  const std::int64_t last = std::min<std::int64_t>(work.end * step, a.rows);
  auto* column = static_cast<std::uint8_t*>(work.output);
  for (std::int32_t i = 0; i < a.inputs; ++i) {
    const auto* x = static_cast<const std::uint8_t*>(work.input[i]);
    const std::int64_t width = a.widths[i];
    for (std::int64_t row = first; row < last; ++row) {
      std::uint8_t* y = column + row * a.row_bytes;
      if (x + row * width != y) std::memcpy(y, x + row * width, static_cast<std::size_t>(width));
    }
    column += width;
  }
}

}  // namespace

const Kernel<ConcatArgs> concat_reference = {
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
