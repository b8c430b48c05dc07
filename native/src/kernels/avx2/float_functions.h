// The functions of reference/functions64.h, four doubles at a time, to the same bits. For files of this
// folder only; all of it has internal linkage.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace aiedge::kernels::avx2 {
namespace {

// `of` on float64 for each of eight floats, rounded once.
template <typename Of>
inline __m256 in_double(__m256 x, Of of) {
  const __m128 low = _mm256_cvtpd_ps(of(_mm256_cvtps_pd(_mm256_castps256_ps128(x))));
  const __m128 high = _mm256_cvtpd_ps(of(_mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))));
  return _mm256_set_m128(high, low);
}

[[maybe_unused]] inline __m256d all64(double value) { return _mm256_set1_pd(value); }

[[maybe_unused]] inline __m256d abs64(__m256d v) { return _mm256_andnot_pd(all64(-0.0), v); }

[[maybe_unused]] inline __m256d negative64(__m256d v) { return _mm256_xor_pd(all64(-0.0), v); }

// 2^k, with k of -1022 to 1023.
[[maybe_unused]] inline __m256d power_of_two(__m128i k) {
  const __m256i biased = _mm256_add_epi64(_mm256_cvtepi32_epi64(k), _mm256_set1_epi64x(1023));
  return _mm256_castsi256_pd(_mm256_slli_epi64(biased, 52));
}

[[maybe_unused]] inline __m256d exp64(__m256d v) {
  // 1 / n!, from n = 13 down.
  constexpr double kCoefficients[] = {
      1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
      1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       1.0 / 2,      1.0,         1.0};
  // Of min and max the second operand is what comes out where one is no number.
  v = _mm256_min_pd(all64(709.78), _mm256_max_pd(all64(-745.0), v));
  const __m256d k = _mm256_round_pd(_mm256_mul_pd(v, all64(1.4426950408889634)),
                                    _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m256d coarse = _mm256_sub_pd(v, _mm256_mul_pd(k, all64(0.693147180369123816490)));
  const __m256d r = _mm256_sub_pd(coarse, _mm256_mul_pd(k, all64(1.90821492927058770002e-10)));
  __m256d p = all64(kCoefficients[0]);
#pragma GCC unroll 13
  for (int i = 1; i < 14; ++i) p = _mm256_add_pd(_mm256_mul_pd(p, r), all64(kCoefficients[i]));
  const __m128i whole = _mm256_cvtpd_epi32(k);
  const __m128i half = _mm_srai_epi32(whole, 1);
  return _mm256_mul_pd(_mm256_mul_pd(p, power_of_two(half)), power_of_two(_mm_sub_epi32(whole, half)));
}

// 2 * artanh(s).
[[maybe_unused]] inline __m256d twice_artanh64(__m256d s) {
  const __m256d z = _mm256_mul_pd(s, s);
  __m256d p = all64(1.0 / 23.0);
#pragma GCC unroll 11
  for (int n = 21; n >= 1; n -= 2) p = _mm256_add_pd(_mm256_mul_pd(p, z), all64(1.0 / n));
  return _mm256_mul_pd(_mm256_add_pd(s, s), p);
}

[[maybe_unused]] inline __m256d log64(__m256d v) {
  const __m256i bits = _mm256_castpd_si256(v);
  const __m256i fraction = _mm256_and_si256(bits, _mm256_set1_epi64x((std::int64_t{1} << 52) - 1));
  __m256d m = _mm256_castsi256_pd(_mm256_or_si256(fraction, _mm256_castpd_si256(all64(0.5))));
  const __m256i exponents = _mm256_srli_epi64(bits, 52);
  const __m256i packed = _mm256_permutevar8x32_epi32(exponents, _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6));
  __m256d e = _mm256_sub_pd(_mm256_cvtepi32_pd(_mm256_castsi256_si128(packed)), all64(1022.0));
  const __m256d low = _mm256_cmp_pd(m, all64(0.7071067811865476), _CMP_LT_OQ);
  m = _mm256_blendv_pd(m, _mm256_add_pd(m, m), low);
  e = _mm256_blendv_pd(e, _mm256_sub_pd(e, all64(1.0)), low);
  const __m256d s = _mm256_div_pd(_mm256_sub_pd(m, all64(1.0)), _mm256_add_pd(m, all64(1.0)));
  const __m256d coarse = _mm256_mul_pd(e, all64(0.6931471805599453));
  __m256d value = _mm256_add_pd(coarse, twice_artanh64(s));
  const __m256d zero = _mm256_setzero_pd();
  const __m256d infinity = all64(__builtin_inf());
  value = _mm256_blendv_pd(value, _mm256_sub_pd(zero, infinity), _mm256_cmp_pd(v, zero, _CMP_EQ_OQ));
  value = _mm256_blendv_pd(value, all64(__builtin_nan("")), _mm256_cmp_pd(v, zero, _CMP_LT_OQ));
  return _mm256_blendv_pd(value, v, _mm256_cmp_pd(v, infinity, _CMP_NLT_UQ));
}

// erf for a below 2. Terms fall from the fourth on and alternate: where one of each sign left every sum as it
// was, no later one changes it.
[[maybe_unused]] inline __m256d erf_near64(__m256d a) {
  const __m256d minus_square = negative64(_mm256_mul_pd(a, a));
  __m256d term = a;
  __m256d sum = a;
  int unchanged = 0;
  for (int n = 1; n <= 40 && unchanged < 2; ++n) {
    term = _mm256_div_pd(_mm256_mul_pd(term, minus_square), all64(n));
    const __m256d next = _mm256_add_pd(sum, _mm256_div_pd(term, all64(2 * n + 1)));
    const bool same = _mm256_movemask_pd(_mm256_cmp_pd(next, sum, _CMP_NEQ_UQ)) == 0;
    unchanged = same && n >= 4 ? unchanged + 1 : 0;
    sum = next;
  }
  return _mm256_mul_pd(all64(1.1283791670955126), sum);
}

// 1 - erf for a of 2 or more.
[[maybe_unused]] inline __m256d erfc_far64(__m256d a) {
  __m256d f = a;
  for (int n = 60; n >= 1; --n) f = _mm256_add_pd(a, _mm256_div_pd(all64(0.5 * n), f));
  const __m256d p = _mm256_div_pd(all64(1.0), _mm256_mul_pd(f, all64(1.7724538509055159)));
  return _mm256_mul_pd(exp64(negative64(_mm256_mul_pd(a, a))), p);
}

// Where all lanes take one way, the other, which is slow, is left out.
[[maybe_unused]] inline __m256d erf64(__m256d v) {
  const __m256d a = _mm256_min_pd(all64(6.0), abs64(v));
  const __m256d near_zero = _mm256_cmp_pd(a, all64(2.0), _CMP_LT_OQ);
  const int which = _mm256_movemask_pd(near_zero);
  __m256d value = a;
  if (which != 0) value = erf_near64(_mm256_and_pd(a, near_zero));
  if (which != 0xF) {
    const __m256d far = _mm256_sub_pd(all64(1.0), erfc_far64(_mm256_max_pd(all64(2.0), a)));
    value = _mm256_blendv_pd(far, value, near_zero);
  }
  return _mm256_blendv_pd(value, negative64(value), _mm256_cmp_pd(v, _mm256_setzero_pd(), _CMP_LT_OQ));
}

[[maybe_unused]] inline __m256d erfc64(__m256d v) {
  const __m256d low = _mm256_cmp_pd(v, all64(2.0), _CMP_LT_OQ);
  const int which = _mm256_movemask_pd(low);
  __m256d value = v;
  if (which != 0) value = _mm256_sub_pd(all64(1.0), erf64(_mm256_and_pd(v, low)));
  if (which != 0xF) {
    const __m256d held = _mm256_min_pd(all64(28.0), _mm256_max_pd(all64(2.0), v));
    value = _mm256_blendv_pd(erfc_far64(held), value, low);
  }
  return value;
}

[[maybe_unused]] inline __m256d sigmoid64(__m256d v) {
  return _mm256_div_pd(all64(1.0), _mm256_add_pd(all64(1.0), exp64(negative64(v))));
}

[[maybe_unused]] inline __m256d tanh64(__m256d v) {
  const __m256d a = abs64(v);
  const __m256d e = exp64(_mm256_mul_pd(all64(-2.0), a));
  const __m256d t = _mm256_div_pd(_mm256_sub_pd(all64(1.0), e), _mm256_add_pd(all64(1.0), e));
  const __m256d below = _mm256_cmp_pd(v, _mm256_setzero_pd(), _CMP_LT_OQ);
  const __m256d far = _mm256_blendv_pd(t, negative64(t), below);
  const __m256d cube = _mm256_mul_pd(_mm256_mul_pd(v, v), v);
  const __m256d near_zero = _mm256_sub_pd(v, _mm256_div_pd(cube, all64(3.0)));
  return _mm256_blendv_pd(far, near_zero, _mm256_cmp_pd(a, all64(1e-4), _CMP_LT_OQ));
}

[[maybe_unused]] inline __m256d softplus64(__m256d v) {
  const __m256d above = _mm256_max_pd(v, _mm256_setzero_pd());  // 0 where v is no number
  const __m256d e = exp64(_mm256_or_pd(all64(-0.0), v));
  return _mm256_add_pd(above, twice_artanh64(_mm256_div_pd(e, _mm256_add_pd(all64(2.0), e))));
}

// exp(v) - 1 for v up to 0.
[[maybe_unused]] inline __m256d expm1_64(__m256d v) {
  const __m256d cubic = _mm256_add_pd(all64(0.5), _mm256_div_pd(v, all64(6.0)));
  const __m256d near_zero = _mm256_add_pd(v, _mm256_mul_pd(_mm256_mul_pd(v, v), cubic));
  const __m256d far = _mm256_sub_pd(exp64(v), all64(1.0));
  return _mm256_blendv_pd(far, near_zero, _mm256_cmp_pd(v, all64(-1e-4), _CMP_GT_OQ));
}

}  // namespace
}  // namespace aiedge::kernels::avx2
