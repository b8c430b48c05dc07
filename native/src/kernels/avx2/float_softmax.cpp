#include "kernels/float_softmax.h"

#include <immintrin.h>

#include "kernels/avx2/float_functions.h"
#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

// A unit is one row.
std::int32_t units(const FloatSoftmaxArgs& a) { return a.rows; }

float element(const float* from) {
  float value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

// The greatest in whatever order: which of two zeros it is decides nothing, and no number later than the
// first element counts.
float greatest_of(const float* x, std::int64_t depth) {
  __m256 greatest = avx2::spread(x);
  std::int64_t j = 0;
  for (; j + avx2::kLanes <= depth; j += avx2::kLanes)
    greatest = _mm256_max_ps(_mm256_loadu_ps(x + j), greatest);
  float lanes[avx2::kLanes];
  _mm256_storeu_ps(lanes, greatest);
  float most = lanes[0];
  for (const float lane : lanes) most = lane > most ? lane : most;
  for (; j < depth; ++j) most = element(x + j) > most ? element(x + j) : most;
  return most;
}

void run(const FloatSoftmaxArgs& a, const Work& work) {
  const __m256 beta = _mm256_set1_ps(a.beta);
  for (std::int64_t row = work.begin; row < work.end; ++row) {
    const float* x = static_cast<const float*>(work.input[0]) + row * a.depth;
    float* y = static_cast<float*>(work.output) + row * a.depth;
    const __m256 greatest = _mm256_set1_ps(greatest_of(x, a.depth));
    avx2::for_each_float(x, y, a.depth, [&](__m256 v) {
      return avx2::in_double(_mm256_mul_ps(_mm256_sub_ps(v, greatest), beta),
                             [](__m256d exponent) { return avx2::exp64(exponent); });
    });
    float sum = 0.0F;
    for (std::int64_t j = 0; j < a.depth; ++j) sum += element(y + j);
    const __m256 divisor = _mm256_set1_ps(sum);
    avx2::for_each_float(y, y, a.depth, [&](__m256 e) { return _mm256_div_ps(e, divisor); });
  }
}

}  // namespace

const Kernel<FloatSoftmaxArgs> float_softmax_avx2 = {
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
