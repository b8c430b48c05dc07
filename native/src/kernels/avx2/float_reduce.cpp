#include "kernels/float_reduce.h"

#include <immintrin.h>

#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kVectors = 4;  // of a unit

// Where the positions lie side by side, one sum is all there is to do.
bool supports(const FloatReduceArgs& a) { return a.inner >= avx2::kLanes; }

std::int32_t blocks_of(const FloatReduceArgs& a) { return (a.inner - 1) / (kVectors * avx2::kLanes) + 1; }

// A unit is up to 32 elements of the inner axes.
std::int32_t units(const FloatReduceArgs& a) { return a.outer * blocks_of(a); }

// Of max the second operand is what comes out where one is no number or both are 0.
__m256 join(FloatReduceFunction function, __m256 acc, __m256 x) {
  return function == FloatReduceFunction::kMax ? _mm256_max_ps(x, acc) : _mm256_add_ps(acc, x);
}

void run(const FloatReduceArgs& a, const Work& work) {
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t outer = unit / blocks_of(a);
    const std::int64_t first = std::int64_t{unit % blocks_of(a)} * kVectors * avx2::kLanes;
    const float* x = static_cast<const float*>(work.input[0]) + outer * a.positions * a.inner + first;
    float* y = static_cast<float*>(work.output) + outer * a.inner + first;
    __m256i masks[kVectors];
    __m256 sums[kVectors];
    for (int v = 0; v < kVectors; ++v) {
      masks[v] = avx2::first_lanes(a.inner - first - v * avx2::kLanes);
      sums[v] = a.function == FloatReduceFunction::kMax ? _mm256_maskload_ps(x + v * avx2::kLanes, masks[v])
                                                        : _mm256_setzero_ps();
    }
    for (std::int64_t p = 0; p < a.positions; ++p) {
      for (int v = 0; v < kVectors; ++v) {
        const __m256 values = _mm256_maskload_ps(x + p * a.inner + v * avx2::kLanes, masks[v]);
        sums[v] = join(a.function, sums[v], values);
      }
    }
    for (int v = 0; v < kVectors; ++v) {
      if (a.function == FloatReduceFunction::kMean)
        sums[v] = _mm256_div_ps(sums[v], _mm256_set1_ps(static_cast<float>(a.positions)));
      _mm256_maskstore_ps(y + v * avx2::kLanes, masks[v], sums[v]);
    }
  }
}

}  // namespace

const Kernel<FloatReduceArgs> float_reduce_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
