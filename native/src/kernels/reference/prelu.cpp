#include "kernels/prelu.h"

#include <algorithm>
#include <limits>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is up to kBlock elements.
constexpr std::int32_t kBlock = 4096;

std::int32_t units(const PReluArgs& args) { return (args.count - 1) / kBlock + 1; }

std::int64_t scaled(std::int64_t value, const PReluFactor& by) {
  const std::int32_t shift = 31 - by.left;
  const std::int64_t high = (value * by.factor + (std::int64_t{1} << (shift - 1))) >> shift;
  const std::int64_t half = (std::int64_t{1} << by.right) >> 1;  // half away from zero
  return high < 0 ? -((half - high) >> by.right) : (high + half) >> by.right;
}

void run(const PReluArgs& args, const Work& work) {
  with_type(args.type, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(work.input[0]);
    const T* b = static_cast<const T*>(work.input[1]);
    T* y = static_cast<T*>(work.output);
    const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
    for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i) {
      const BroadcastOffsets at = broadcast_offsets(args.shape, i);
      const std::int32_t v = a[at.a] - args.zero_point;
      const std::int32_t slope = b[at.b] - args.slope_zero_point;
      const std::int64_t moved = v >= 0 ? scaled(v, args.above) : scaled(v * slope, args.below);
      y[i] = static_cast<T>(std::clamp<std::int64_t>(
          moved + args.output_zero_point, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
    }
  });
}

}  // namespace

const Kernel<PReluArgs> prelu_reference = {
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
