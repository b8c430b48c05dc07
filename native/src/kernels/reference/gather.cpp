#include "kernels/gather.h"

#include <algorithm>
#include <cstring>

namespace aiedge::kernels {
namespace {

// A unit is one index of the outer axes.
std::int32_t units(const GatherArgs& a) { return a.outer; }

void run(const GatherArgs& a, const Work& work) {
  const auto* indices = static_cast<const std::uint8_t*>(work.input[1]);
  const std::int64_t row = a.inner;
  for (std::int64_t outer = work.begin; outer < work.end; ++outer) {
    const std::uint8_t* x = static_cast<const std::uint8_t*>(work.input[0]) + outer * a.size * row;
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + outer * a.count * row;
    for (std::int64_t k = 0; k < a.count; ++k) {
      std::int32_t index = 0;
      std::memcpy(&index, indices + k * std::int64_t{sizeof index}, sizeof index);
      std::memcpy(y + k * row, x + std::clamp(index, 0, a.size - 1) * row, static_cast<std::size_t>(row));
    }
  }
}

}  // namespace

const Kernel<GatherArgs> gather_reference = {
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
