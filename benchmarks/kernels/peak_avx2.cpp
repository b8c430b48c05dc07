#include "peak.h"

#include <immintrin.h>

namespace aiedge::bench {

std::int32_t run_peak_avx2(std::int64_t steps) {
  constexpr int kSums = 12;
  __m256i sums[kSums];
  __m256i x = _mm256_set1_epi32(0x00030005);
  const __m256i w = _mm256_set1_epi32(0x00070001);
#pragma GCC unroll 16
  for (int i = 0; i < kSums; ++i) sums[i] = _mm256_set1_epi32(i);
  for (std::int64_t step = 0; step < steps; ++step) {
#pragma GCC unroll 16
    for (int i = 0; i < kSums; ++i) {
      __asm__("" : "+x"(x));  // a product that looks new each time, so that none is shared
      sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(x, w));
    }
  }
  __m256i total = sums[0];
#pragma GCC unroll 16
  for (int i = 1; i < kSums; ++i) total = _mm256_xor_si256(total, sums[i]);
  return _mm256_extract_epi32(total, 0);
}

}  // namespace aiedge::bench
