#include "kernels/float_average_pool_2d.h"

#include <immintrin.h>

#include "kernels/avx2/float_pool_2d.h"

namespace aiedge::kernels {
namespace {

std::int32_t units(const FloatAveragePool2DArgs& a) { return a.batch * a.out_h; }

void run(const FloatAveragePool2DArgs& a, const Work& work) {
  const std::int64_t all = std::int64_t{a.filter_h} * a.filter_w;
  avx2::pool(
      a, work, [](__m256 /*x*/) { return _mm256_setzero_ps(); },
      [](__m256 sum, __m256 x) { return _mm256_add_ps(sum, x); },
      [&](__m256 sum, std::int64_t inside) {
        return _mm256_div_ps(sum, _mm256_set1_ps(static_cast<float>(a.count_padding ? all : inside)));
      });
}

}  // namespace

const Kernel<FloatAveragePool2DArgs> float_average_pool_2d_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
