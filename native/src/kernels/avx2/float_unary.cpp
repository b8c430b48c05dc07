#include "kernels/float_unary.h"

#include <immintrin.h>

#include "kernels/avx2/float_functions.h"
#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

using avx2::all64;
using avx2::in_double;

constexpr std::int32_t kBlock = 4096;  // elements of a unit

// A stretch of elements.
struct Stretch {
  const float* x;
  float* y;
  std::int64_t count;

  template <typename Of>
  void each(Of of) const {
    avx2::for_each_float(x, y, count, of);
  }
  template <typename Of>
  void each_in_double(Of of) const {
    avx2::for_each_float(x, y, count, [&](__m256 v) { return in_double(v, of); });
  }
};

// As the reference's: of min and max the second operand is what comes out where one is no number.
__m256 clip(__m256 x, __m256 low, __m256 high) { return _mm256_min_ps(high, _mm256_max_ps(low, x)); }

// x where it is 0 or greater, else the other.
__m256 unless_negative(__m256 x, __m256 other) {
  return _mm256_blendv_ps(other, x, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GE_OQ));
}

__m256d gelu(__m256d v) {
  const __m256d erfc = avx2::erfc64(_mm256_mul_pd(avx2::negative64(v), all64(0.7071067811865476)));
  return _mm256_mul_pd(_mm256_mul_pd(all64(0.5), v), erfc);
}

__m256d gelu_tanh(__m256d v) {
  __m256d cube = _mm256_mul_pd(_mm256_mul_pd(all64(0.044715), v), v);
  cube = _mm256_mul_pd(cube, v);
  const __m256d u = _mm256_mul_pd(all64(0.7978845608028654), _mm256_add_pd(v, cube));
  return _mm256_mul_pd(v, avx2::sigmoid64(_mm256_mul_pd(all64(2.0), u)));
}

// The functions that are computed in float64.
void compute_in_double(const FloatUnaryArgs& args, const Stretch& all) {
  switch (args.function) {
    case FloatUnaryFunction::kExp:
      return all.each_in_double([](__m256d v) { return avx2::exp64(v); });
    case FloatUnaryFunction::kLog:
      return all.each_in_double([](__m256d v) { return avx2::log64(v); });
    case FloatUnaryFunction::kSigmoid:
      return all.each_in_double([](__m256d v) { return avx2::sigmoid64(v); });
    case FloatUnaryFunction::kTanh:
      return all.each_in_double([](__m256d v) { return avx2::tanh64(v); });
    case FloatUnaryFunction::kSilu:
      return all.each_in_double([](__m256d v) { return _mm256_mul_pd(v, avx2::sigmoid64(v)); });
    case FloatUnaryFunction::kElu: {
      const __m256d alpha = all64(args.alpha);
      const auto below = [&](__m256d v) { return _mm256_mul_pd(alpha, avx2::expm1_64(v)); };
      return all.each([&](__m256 x) { return unless_negative(x, in_double(x, below)); });
    }
    case FloatUnaryFunction::kGelu:
      return all.each_in_double(gelu);
    case FloatUnaryFunction::kGeluTanh:
      return all.each_in_double(gelu_tanh);
    case FloatUnaryFunction::kSoftplus:
      return all.each_in_double([](__m256d v) { return avx2::softplus64(v); });
    case FloatUnaryFunction::kMish:
      return all.each_in_double(
          [](__m256d v) { return _mm256_mul_pd(v, avx2::tanh64(avx2::softplus64(v))); });
    default:  // erf
      return all.each_in_double([](__m256d v) { return avx2::erf64(v); });
  }
}

void compute(const FloatUnaryArgs& args, const Stretch& all) {
  const __m256 alpha = _mm256_set1_ps(args.alpha);
  const __m256 beta = _mm256_set1_ps(args.beta);
  const __m256 zero = _mm256_setzero_ps();
  const __m256 one = _mm256_set1_ps(1.0F);
  const __m256 sign = _mm256_set1_ps(-0.0F);
  switch (args.function) {
    case FloatUnaryFunction::kClip:
      return all.each([&](__m256 x) { return clip(x, alpha, beta); });
    case FloatUnaryFunction::kAbs:
      return all.each([&](__m256 x) { return _mm256_andnot_ps(sign, x); });
    case FloatUnaryFunction::kNeg:
      return all.each([&](__m256 x) { return _mm256_xor_ps(sign, x); });
    case FloatUnaryFunction::kSqrt:
      return all.each([](__m256 x) { return _mm256_sqrt_ps(x); });
    case FloatUnaryFunction::kReciprocal:
      return all.each([&](__m256 x) { return _mm256_div_ps(one, x); });
    case FloatUnaryFunction::kSquare:
      return all.each([](__m256 x) { return _mm256_mul_ps(x, x); });
    case FloatUnaryFunction::kHardSigmoid:
      return all.each(
          [&](__m256 x) { return clip(_mm256_add_ps(_mm256_mul_ps(alpha, x), beta), zero, one); });
    case FloatUnaryFunction::kHardSwish: {
      const __m256 sixth = _mm256_set1_ps(1.0F / 6.0F);
      const __m256 half = _mm256_set1_ps(0.5F);
      return all.each([&](__m256 x) {
        return _mm256_mul_ps(x, clip(_mm256_add_ps(_mm256_mul_ps(x, sixth), half), zero, one));
      });
    }
    case FloatUnaryFunction::kLeakyRelu:
      return all.each([&](__m256 x) { return unless_negative(x, _mm256_mul_ps(x, alpha)); });
    default:
      return compute_in_double(args, all);
  }
}

std::int32_t units(const FloatUnaryArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const FloatUnaryArgs& args, const Work& work) {
  const std::int64_t begin = std::int64_t{work.begin} * kBlock;
  const std::int64_t end = avx2::least_of(std::int64_t{work.end} * kBlock, args.count);
  compute(args, {static_cast<const float*>(work.input[0]) + begin, static_cast<float*>(work.output) + begin,
                 end - begin});
}

}  // namespace

const Kernel<FloatUnaryArgs> float_unary_avx2 = {
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
