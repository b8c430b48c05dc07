#include "kernels/float_resize_bilinear.h"

#include <immintrin.h>

#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

// A unit is a row of the output.
std::int32_t units(const FloatResizeBilinearArgs& a) { return a.batch * a.out_h; }

__m256 between(__m256 low, __m256 high, __m256 weight) {
  return _mm256_add_ps(low, _mm256_mul_ps(_mm256_sub_ps(high, low), weight));
}

void run(const FloatResizeBilinearArgs& a, const Work& work) {
  const std::int64_t line = std::int64_t{a.in_w} * a.channels;
  auto* y = static_cast<float*>(work.output) + std::int64_t{work.begin} * a.out_w * a.channels;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const FloatResizeTap& row = a.rows[unit % a.out_h];
    const float* image =
        static_cast<const float*>(work.input[0]) + std::int64_t{unit / a.out_h} * a.in_h * line;
    const float* above = image + row.low * line;
    const float* below = image + row.high * line;
    const __m256 down = _mm256_set1_ps(row.weight);
    for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
      const std::int64_t left = std::int64_t{a.columns[ox].low} * a.channels;
      const std::int64_t right = std::int64_t{a.columns[ox].high} * a.channels;
      const __m256 across = _mm256_set1_ps(a.columns[ox].weight);
      for (std::int32_t c = 0; c < a.channels; c += avx2::kLanes) {
        const __m256i mask = avx2::first_lanes(a.channels - c);
        const auto at = [&](const float* from) { return _mm256_maskload_ps(from + c, mask); };
        const __m256 upper = between(at(above + left), at(above + right), across);
        const __m256 lower = between(at(below + left), at(below + right), across);
        _mm256_maskstore_ps(y + c, mask, between(upper, lower, down));
      }
      y += a.channels;
    }
  }
}

}  // namespace

const Kernel<FloatResizeBilinearArgs> float_resize_bilinear_avx2 = {
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
