#include <immintrin.h>

#include "peak.h"

namespace aiedge::bench {

// Two independent products and sums; %[t] and %[u] are temporaries.
#define AIEDGE_TWO_PRODUCTS(a, b) \
  "vpmaddwd %[w], %[x], %[t]\n\t" \
  "vpmaddwd %[w], %[x], %[u]\n\t" \
  "vpaddd %[t], %[" #a "], %[" #a \
  "]\n\t"                         \
  "vpaddd %[u], %[" #b "], %[" #b "]\n\t"

std::int32_t run_peak_avx2(std::int64_t steps) {
  const __m256i x = _mm256_set1_epi32(0x00030005);
  const __m256i w = _mm256_set1_epi32(0x00070001);
  __m256i a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x, t, u;
  for (std::int64_t step = 0; step < steps; ++step) {
    // In assembly, because a compiler would share the equal products.
    __asm__ volatile(
        AIEDGE_TWO_PRODUCTS(a, b) AIEDGE_TWO_PRODUCTS(c, d) AIEDGE_TWO_PRODUCTS(e, f)
            AIEDGE_TWO_PRODUCTS(g, h) AIEDGE_TWO_PRODUCTS(i, j) AIEDGE_TWO_PRODUCTS(k, l)
        : [a] "+x"(a), [b] "+x"(b), [c] "+x"(c), [d] "+x"(d), [e] "+x"(e), [f] "+x"(f), [g] "+x"(g),
          [h] "+x"(h), [i] "+x"(i), [j] "+x"(j), [k] "+x"(k), [l] "+x"(l), [t] "=&x"(t), [u] "=&x"(u)
        : [x] "x"(x), [w] "x"(w));
  }
  const __m256i sums = _mm256_xor_si256(_mm256_xor_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(c, d)),
                                        _mm256_xor_si256(_mm256_xor_si256(e, f), _mm256_xor_si256(g, h)));
  const __m256i rest = _mm256_xor_si256(_mm256_xor_si256(i, j), _mm256_xor_si256(k, l));
  return _mm256_extract_epi32(_mm256_xor_si256(sums, rest), 0);
}

}  // namespace aiedge::bench
