#include "kernels/float_max_pool_2d.h"

#include <immintrin.h>

#include "kernels/avx2/float_pool_2d.h"

namespace aiedge::kernels {
namespace {

std::int32_t units(const FloatMaxPool2DArgs& a) { return a.batch * a.out_h; }

// Of max the second operand is what comes out where one is no number or both are 0.
void run(const FloatMaxPool2DArgs& a, const Work& work) {
  avx2::pool(
      a, work, [](__m256 x) { return x; },
      [](__m256 greatest, __m256 x) { return _mm256_max_ps(x, greatest); },
      [](__m256 greatest, std::int64_t /*inside*/) { return greatest; });
}

}  // namespace

const Kernel<FloatMaxPool2DArgs> float_max_pool_2d_avx2 = {
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
