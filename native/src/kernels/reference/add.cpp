#include "kernels/add.h"

#include <algorithm>

#include "kernels/reference/elementwise.h"

namespace aiedge::kernels {
namespace {

void run(const AddArgs& args, const Work& work) {
  const std::int32_t half = std::int32_t{1} << (args.shift - 1);
  elementwise(args, work, [&](std::int32_t a, std::int32_t b) {
    const std::int32_t sum =
        half + args.multiplier_a * (a - args.zero_point_a) + args.multiplier_b * (b - args.zero_point_b);
    return std::clamp((sum >> args.shift) + args.output_zero_point, args.clamp_min, args.clamp_max);
  });
}

}  // namespace

const Kernel<AddArgs> add_reference = {
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
