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

std::int32_t rows_of_unit(const StridedCopyArgs& a) {
  return std::max(kBlock / a.element_bytes / a.size[a.axes - 1], 1);
}

std::int32_t units(const StridedCopyArgs& a) { return (rows(a) - 1) / rows_of_unit(a) + 1; }

// Where the output's row begins in the input, in elements.
std::int64_t source(const StridedCopyArgs& a, std::int32_t row) {
  std::int64_t offset = a.first;
  for (std::int32_t i = a.axes - 2; i >= 0; --i) {
    offset += std::int64_t{row % a.size[i]} * a.stride[i];
    row /= a.size[i];
  }
  return offset;
}

template <std::size_t kBytes>
void copy(const StridedCopyArgs& a, const Work& work) {
  const std::int32_t width = a.size[a.axes - 1];
  const std::int64_t stride = a.stride[a.axes - 1];
  const std::int64_t step = rows_of_unit(a);
  const std::int64_t end = std::min<std::int64_t>(work.end * step, rows(a));
  constexpr std::int64_t kElement = kBytes;
  for (std::int64_t row = work.begin * step; row < end; ++row) {
    const std::uint8_t* x = static_cast<const std::uint8_t*>(work.input[0]) +
                            source(a, static_cast<std::int32_t>(row)) * kElement;
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + row * width * kElement;
    if (stride == 1) {
      std::memcpy(y, x, static_cast<std::size_t>(width) * kBytes);
    } else {
      for (std::int32_t i = 0; i < width; ++i)
        std::memcpy(y + i * kElement, x + i * stride * kElement, kBytes);
    }
  }
}

void run(const StridedCopyArgs& a, const Work& work) {
  if (a.element_bytes == 1) {
    copy<1>(a, work);
  } else {
    copy<4>(a, work);
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
