// GCC 12 takes the deliberately undefined operands within its AVX-512 intrinsics for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "peak.h"

namespace aiedge::bench {

// Twelve independent sums hide the latency. In assembly, so that no compiler moves or shares a product.
#define AIEDGE_TWELVE_DOTS(dot, constraint)                                                                  \
  __asm__ volatile(dot "%[w], %[x], %0\n\t" dot "%[w], %[x], %1\n\t" dot "%[w], %[x], %2\n\t" dot            \
                       "%[w], %[x], %3\n\t" dot "%[w], %[x], %4\n\t" dot "%[w], %[x], %5\n\t" dot            \
                       "%[w], %[x], %6\n\t" dot "%[w], %[x], %7\n\t" dot "%[w], %[x], %8\n\t" dot            \
                       "%[w], %[x], %9\n\t" dot "%[w], %[x], %10\n\t" dot "%[w], %[x], %11\n\t"              \
                   : "+" constraint(s[0]), "+" constraint(s[1]), "+" constraint(s[2]), "+" constraint(s[3]), \
                     "+" constraint(s[4]), "+" constraint(s[5]), "+" constraint(s[6]), "+" constraint(s[7]), \
                     "+" constraint(s[8]), "+" constraint(s[9]), "+" constraint(s[10]),                      \
                     "+" constraint(s[11])                                                                   \
                   : [x] constraint(x), [w] constraint(w))

__attribute__((target("avx512f"))) std::int32_t run_peak_avx512vnni(std::int64_t steps) {
  const __m512i x = _mm512_set1_epi32(0x03000500);
  const __m512i w = _mm512_set1_epi32(0x00070001);
  __m512i s[12] = {x, x, x, x, x, x, x, x, x, x, x, x};
  for (std::int64_t step = 0; step < steps; ++step) AIEDGE_TWELVE_DOTS("vpdpbusd ", "v");
  __m512i all = s[0];
#pragma GCC unroll 12
  for (const __m512i& sum : s) all = _mm512_xor_si512(all, sum);
  return _mm_cvtsi128_si32(_mm512_castsi512_si128(all));
}

__attribute__((target("avx2"))) std::int32_t run_peak_avxvnni(std::int64_t steps) {
  const __m256i x = _mm256_set1_epi32(0x03000500);
  const __m256i w = _mm256_set1_epi32(0x00070001);
  __m256i s[12] = {x, x, x, x, x, x, x, x, x, x, x, x};
  for (std::int64_t step = 0; step < steps; ++step) AIEDGE_TWELVE_DOTS("%{vex%} vpdpbusd ", "x");
  __m256i all = s[0];
#pragma GCC unroll 12
  for (const __m256i& sum : s) all = _mm256_xor_si256(all, sum);
  return _mm256_extract_epi32(all, 0);
}

}  // namespace aiedge::bench
