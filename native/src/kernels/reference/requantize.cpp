#include "kernels/requantize.h"

#include <algorithm>

namespace aiedge::kernels {
namespace {

// A unit is up to kBlock elements.
constexpr std::int32_t kBlock = 4096;

std::int32_t units(const RequantizeArgs& a) { return (a.count - 1) / kBlock + 1; }

void run(const RequantizeArgs& a, const Work& work) {
  const auto* x = static_cast<const std::uint8_t*>(work.input[0]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  const std::int64_t end = std::min<std::int64_t>(a.count, std::int64_t{work.end} * kBlock);
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i) y[i] = a.table[x[i]];
}

}  // namespace

const Kernel<RequantizeArgs> requantize_reference = {
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
