#include "kernels/mul.h"

#include "kernels/reference/elementwise.h"
#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

void run(const MulArgs& args, const Work& work) {
  elementwise(args, work, [&](std::int32_t a, std::int32_t b) {
    const std::int32_t product = (a - args.zero_point_a) * (b - args.zero_point_b);
    return requantize(static_cast<std::uint32_t>(product), args.scale, args.output_zero_point, args.clamp_min,
                      args.clamp_max);
  });
}

}  // namespace

const Kernel<MulArgs> mul_reference = {
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
