#include "kernels/max_pool_2d.h"

#include <algorithm>
#include <limits>

#include "kernels/reference/pool_2d.h"

namespace aiedge::kernels {
namespace {

void run(const MaxPool2DArgs& a, const Work& work) {
  pool(
      a, work, std::numeric_limits<std::int32_t>::min(),
      [](std::int32_t greatest, std::int32_t x) { return std::max(greatest, x); },
      [](std::int32_t greatest, std::int32_t) { return greatest; });
}

}  // namespace

const Kernel<MaxPool2DArgs> max_pool_2d_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = pool_units,
    .run = run,
};

}  // namespace aiedge::kernels
