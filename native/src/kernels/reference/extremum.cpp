#include "kernels/extremum.h"

#include <algorithm>

#include "kernels/reference/elementwise.h"

namespace aiedge::kernels {
namespace {

void run(const ExtremumArgs& args, const Work& work) {
  elementwise(args, work, [&](std::int32_t a, std::int32_t b) {
    return args.greatest ? std::max(a, b) : std::min(a, b);
  });
}

}  // namespace

const Kernel<ExtremumArgs> extremum_reference = {
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
