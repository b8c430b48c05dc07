#if defined(__x86_64__)

// GCC 12 takes the deliberately undefined operands within its AVX-512 intrinsics for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "peak/peak.h"

namespace aiedge::peak {
namespace {

// Loops in assembly, because a compiler would share the equal products. Twelve independent sums hide the
// latency.

// Two products and sums; %[t] and %[u] are temporaries.
#define AIEDGE_TWO_PRODUCTS(a, b) \
  "vpmaddwd %[w], %[x], %[t]\n\t" \
  "vpmaddwd %[w], %[x], %[u]\n\t" \
  "vpaddd %[t], %[" #a "], %[" #a \
  "]\n\t"                         \
  "vpaddd %[u], %[" #b "], %[" #b "]\n\t"

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

__attribute__((target("avx2"))) std::uint32_t total(__m256i sums) {
  alignas(32) std::uint32_t lanes[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), sums);
  std::uint32_t sum = 0;
  for (const std::uint32_t lane : lanes) sum += lane;
  return sum;
}

__attribute__((target("avx2"))) std::uint32_t run_avx2(std::int64_t steps) {
  const __m256i x = _mm256_set1_epi16(1);
  const __m256i w = x;
  __m256i a = _mm256_setzero_si256();
  __m256i b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a, t, u;
  for (std::int64_t step = 0; step < steps; ++step) {
    __asm__ volatile(
        AIEDGE_TWO_PRODUCTS(a, b) AIEDGE_TWO_PRODUCTS(c, d) AIEDGE_TWO_PRODUCTS(e, f)
            AIEDGE_TWO_PRODUCTS(g, h) AIEDGE_TWO_PRODUCTS(i, j) AIEDGE_TWO_PRODUCTS(k, l)
        : [a] "+x"(a), [b] "+x"(b), [c] "+x"(c), [d] "+x"(d), [e] "+x"(e), [f] "+x"(f), [g] "+x"(g),
          [h] "+x"(h), [i] "+x"(i), [j] "+x"(j), [k] "+x"(k), [l] "+x"(l), [t] "=&x"(t), [u] "=&x"(u)
        : [x] "x"(x), [w] "x"(w));
  }
  return total(a) + total(b) + total(c) + total(d) + total(e) + total(f) + total(g) + total(h) + total(i) +
         total(j) + total(k) + total(l);
}

__attribute__((target("avx2"))) std::uint32_t run_avxvnni(std::int64_t steps) {
  const __m256i x = _mm256_set1_epi8(1);
  const __m256i w = x;
  __m256i s[12] = {};
  for (std::int64_t step = 0; step < steps; ++step) AIEDGE_TWELVE_DOTS("%{vex%} vpdpbusd ", "x");
  std::uint32_t sum = 0;
#pragma GCC unroll 12
  for (const __m256i& sums : s) sum += total(sums);
  return sum;
}

__attribute__((target("avx512f"))) std::uint32_t run_avx512vnni(std::int64_t steps) {
  const __m512i x = _mm512_set1_epi32(0x01010101);
  const __m512i w = x;
  __m512i s[12] = {};
  for (std::int64_t step = 0; step < steps; ++step) AIEDGE_TWELVE_DOTS("vpdpbusd ", "v");
  std::uint32_t sum = 0;
#pragma GCC unroll 12
  for (const __m512i& sums : s) {
    alignas(64) std::uint32_t lanes[16];
    _mm512_store_si512(lanes, sums);
    for (const std::uint32_t lane : lanes) sum += lane;
  }
  return sum;
}

constexpr Loop kLoops[] = {
    {"avx512vnni", "vpdpbusd on 64 bytes", std::int64_t{12} * 64, run_avx512vnni},
    {"avxvnni", "vpdpbusd on 32 bytes", std::int64_t{12} * 32, run_avxvnni},
    {"avx2", "vpmaddwd and vpaddd", std::int64_t{12} * 16, run_avx2},
};

}  // namespace

std::span<const Loop> loops() { return kLoops; }

}  // namespace aiedge::peak

#endif
