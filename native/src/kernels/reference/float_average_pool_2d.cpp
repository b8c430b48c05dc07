#include "kernels/float_average_pool_2d.h"

#include "kernels/reference/float_pool_2d.h"

namespace aiedge::kernels {
namespace {

std::int32_t units(const FloatAveragePool2DArgs& a) { return float_pool_units(a); }

void run(const FloatAveragePool2DArgs& a, const Work& work) {
  const std::int64_t all = std::int64_t{a.filter_h} * a.filter_w;
  float_pool(
      a, work, [](float /*x*/) { return 0.0F; }, [](float sum, float x) { return sum + x; },
      [&](float sum, std::int64_t inside) {
        return sum / static_cast<float>(a.count_padding ? all : inside);
      });
}

}  // namespace

const Kernel<FloatAveragePool2DArgs> float_average_pool_2d_reference = {
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
