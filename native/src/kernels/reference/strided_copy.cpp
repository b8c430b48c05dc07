#include "kernels/strided_copy.h"

#include <algorithm>
#include <cstring>

namespace aiedge::kernels {
namespace {

// A unit is the rows (runs along the last axis) of about so many bytes.
constexpr std::int32_t kBlock = 16384;

std::int32_t rows(const StridedCopyArgs& a) {
  std::int32_t count = 1;
  for (std::int32_t i = 0; i + 1 < a.axes; ++i) count *= a.size[i];
  return count;
}

std::int32_t rows_of_unit(const StridedCopyArgs& a) { return std::max(kBlock / a.size[a.axes - 1], 1); }

std::int32_t units(const StridedCopyArgs& a) { return (rows(a) - 1) / rows_of_unit(a) + 1; }

// Where the output's row begins in the input.
const std::uint8_t* source(const StridedCopyArgs& a, const void* x, std::int32_t row) {
  std::int64_t offset = a.first;
  for (std::int32_t i = a.axes - 2; i >= 0; --i) {
    offset += std::int64_t{row % a.size[i]} * a.stride[i];
    row /= a.size[i];
  }
  return static_cast<const std::uint8_t*>(x) + offset;
}

void run(const StridedCopyArgs& a, const Work& work) {
  const std::int32_t width = a.size[a.axes - 1];
  const std::int64_t stride = a.stride[a.axes - 1];
  const std::int64_t step = rows_of_unit(a);
  const std::int64_t end = std::min<std::int64_t>(work.end * step, rows(a));
  for (std::int64_t row = work.begin * step; row < end; ++row) {
    const std::uint8_t* x = source(a, work.input[0], static_cast<std::int32_t>(row));
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + row * width;
    if (stride == 1) {
      std::memcpy(y, x, static_cast<std::size_t>(width));
    } else {
      for (std::int32_t i = 0; i < width; ++i) y[i] = x[i * stride];
    }
  }
}

}  // namespace

const Kernel<StridedCopyArgs> strided_copy_reference = {
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
