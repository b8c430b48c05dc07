#include "kernels/average_pool_2d.h"

#include <functional>

#include "kernels/reference/pool_2d.h"

namespace aiedge::kernels {
namespace {

void run(const AveragePool2DArgs& a, const Work& work) {
  pool(a, work, 0, std::plus<>(), [](std::int32_t sum, std::int32_t count) {
    const std::int32_t half = sum < 0 ? -(count / 2) : count / 2;  // half away from zero
    return (sum + half) / count;
  });
}

}  // namespace

const Kernel<AveragePool2DArgs> average_pool_2d_reference = {
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
