#include "kernels/prelu.h"

#include <algorithm>
#include <limits>

#include "kernels/reference/elementwise.h"

namespace aiedge::kernels {
namespace {

std::int64_t scaled(std::int64_t value, const PReluFactor& by) {
  const std::int32_t shift = 31 - by.left;
  const std::int64_t high = (value * by.factor + (std::int64_t{1} << (shift - 1))) >> shift;
  const std::int64_t half = (std::int64_t{1} << by.right) >> 1;  // half away from zero
  return high < 0 ? -((half - high) >> by.right) : (high + half) >> by.right;
}

void run(const PReluArgs& args, const Work& work) {
  elementwise(args, work, [&](auto a, auto b) {
    using T = decltype(a);
    const std::int32_t v = a - args.zero_point;
    const std::int32_t slope = b - args.slope_zero_point;
    const std::int64_t moved = v >= 0 ? scaled(v, args.above) : scaled(v * slope, args.below);
    return std::clamp<std::int64_t>(moved + args.output_zero_point, std::numeric_limits<T>::min(),
                                    std::numeric_limits<T>::max());
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
    .units = elementwise_units,
    .run = run,
};

}  // namespace aiedge::kernels
