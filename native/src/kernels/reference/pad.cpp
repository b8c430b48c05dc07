#include "kernels/pad.h"

#include <algorithm>
#include <cstring>

namespace aiedge::kernels {
namespace {

// A unit is the rows (runs along the last axis) of about so many bytes.
constexpr std::int32_t kBlock = 16384;

std::int32_t rows(const PadArgs& a) {
  std::int32_t count = 1;
  for (std::int32_t i = 0; i + 1 < a.axes; ++i) count *= a.out_size[i];
  return count;
}

std::int32_t rows_of_unit(const PadArgs& a) { return std::max(kBlock / a.out_size[a.axes - 1], 1); }

std::int32_t units(const PadArgs& a) { return (rows(a) - 1) / rows_of_unit(a) + 1; }

// Where the output's row begins in the input; null where it is all padding.
const std::uint8_t* source(const PadArgs& a, const void* x, std::int32_t row) {
  std::int64_t offset = 0;
  std::int64_t stride = a.in_size[a.axes - 1];
  for (std::int32_t i = a.axes - 2; i >= 0; --i) {
    const std::int32_t index = row % a.out_size[i] - a.before[i];
    if (index < 0 || index >= a.in_size[i]) return nullptr;
    offset += index * stride;
    stride *= a.in_size[i];
    row /= a.out_size[i];
  }
  return static_cast<const std::uint8_t*>(x) + offset;
}

void run(const PadArgs& a, const Work& work) {
  const std::int32_t last = a.axes - 1;
  const auto before = static_cast<std::size_t>(a.before[last]);
  const auto inside = static_cast<std::size_t>(a.in_size[last]);
  const auto width = static_cast<std::size_t>(a.out_size[last]);
  const std::int64_t step = rows_of_unit(a);
  const std::int64_t end = std::min<std::int64_t>(work.end * step, rows(a));
  for (std::int64_t row = work.begin * step; row < end; ++row) {
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + row * a.out_size[last];
    const std::uint8_t* x = source(a, work.input[0], static_cast<std::int32_t>(row));
    if (x == nullptr) {
      std::memset(y, a.value, width);
    } else {
      std::memset(y, a.value, before);
      std::memcpy(y + before, x, inside);
      std::memset(y + before + inside, a.value, width - before - inside);
    }
  }
}

}  // namespace

const Kernel<PadArgs> pad_reference = {
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
