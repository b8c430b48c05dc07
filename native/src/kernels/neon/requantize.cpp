#include "kernels/requantize.h"

#include "kernels/neon/lookup.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

// A unit is up to kBlock elements.
std::int32_t units(const RequantizeArgs& a) { return (a.count - 1) / kBlock + 1; }

void run(const RequantizeArgs& a, const Work& work) {
  const auto* x = static_cast<const std::uint8_t*>(work.input[0]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > a.count) end = a.count;
  const std::int64_t begin = std::int64_t{work.begin} * kBlock;
  neon::look_up(a.table, x + begin, y + begin, end - begin);
}

}  // namespace

const Kernel<RequantizeArgs> requantize_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
