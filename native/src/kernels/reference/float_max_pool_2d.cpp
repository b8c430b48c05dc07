#include "kernels/float_max_pool_2d.h"

#include "kernels/reference/float_pool_2d.h"

namespace aiedge::kernels {
namespace {

std::int32_t units(const FloatMaxPool2DArgs& a) { return float_pool_units(a); }

void run(const FloatMaxPool2DArgs& a, const Work& work) {
  float_pool(
      a, work, [](float x) { return x; }, [](float greatest, float x) { return x > greatest ? x : greatest; },
      [](float greatest, std::int64_t /*inside*/) { return greatest; });
}

}  // namespace

const Kernel<FloatMaxPool2DArgs> float_max_pool_2d_reference = {
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
