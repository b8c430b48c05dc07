#if defined(__aarch64__)

#include <arm_neon.h>

#include "peak/peak.h"

namespace aiedge::peak {
namespace {

// As in x86.cpp. Run under emulation only so far: right, but not measured.

#define AIEDGE_ALL_SUMS                                                                           \
  "+w"(s[0]), "+w"(s[1]), "+w"(s[2]), "+w"(s[3]), "+w"(s[4]), "+w"(s[5]), "+w"(s[6]), "+w"(s[7]), \
      "+w"(s[8]), "+w"(s[9]), "+w"(s[10]), "+w"(s[11])
#define AIEDGE_TWELVE(product)                                                                       \
  product(0) product(1) product(2) product(3) product(4) product(5) product(6) product(7) product(8) \
      product(9) product(10) product(11)
#define AIEDGE_DOT(n) "sdot %" #n ".4s, %[x].16b, %[w].16b\n\t"
#define AIEDGE_MATRIX(n) "smmla %" #n ".4s, %[x].16b, %[w].16b\n\t"
// Four products, then their sums: a CPU that keeps the order need not wait for each.
#define AIEDGE_PRODUCT(t) "smull %[" #t "].8h, %[x].8b, %[w].8b\n\t"
#define AIEDGE_SUM(n, t) "sadalp %" #n ".4s, %[" #t "].8h\n\t"
#define AIEDGE_FOUR(a, b, c, d) \
  AIEDGE_PRODUCT(t)             \
  AIEDGE_PRODUCT(u)             \
  AIEDGE_PRODUCT(v) AIEDGE_PRODUCT(y) AIEDGE_SUM(a, t) AIEDGE_SUM(b, u) AIEDGE_SUM(c, v) AIEDGE_SUM(d, y)

std::uint32_t total(const int32x4_t (&s)[12]) {
  std::uint32_t sum = 0;
#pragma GCC unroll 12
  for (const int32x4_t& sums : s) sum += static_cast<std::uint32_t>(vaddvq_s32(sums));
  return sum;
}

std::uint32_t run_neon(std::int64_t steps) {
  const int8x16_t x = vdupq_n_s8(1);
  const int8x16_t w = x;
  int32x4_t s[12] = {};
  int16x8_t t, u, v, y;
  for (std::int64_t step = 0; step < steps; ++step) {
    __asm__ volatile(AIEDGE_FOUR(0, 1, 2, 3) AIEDGE_FOUR(4, 5, 6, 7) AIEDGE_FOUR(8, 9, 10, 11)
                     : AIEDGE_ALL_SUMS, [t] "=&w"(t), [u] "=&w"(u), [v] "=&w"(v), [y] "=&w"(y)
                     : [x] "w"(x), [w] "w"(w));
  }
  return total(s);
}

__attribute__((target("arch=armv8.2-a+dotprod"))) std::uint32_t run_neondot(std::int64_t steps) {
  const int8x16_t x = vdupq_n_s8(1);
  const int8x16_t w = x;
  int32x4_t s[12] = {};
  for (std::int64_t step = 0; step < steps; ++step) {
    __asm__ volatile(AIEDGE_TWELVE(AIEDGE_DOT) : AIEDGE_ALL_SUMS : [x] "w"(x), [w] "w"(w));
  }
  return total(s);
}

__attribute__((target("arch=armv8.2-a+i8mm"))) std::uint32_t run_neoni8mm(std::int64_t steps) {
  const int8x16_t x = vdupq_n_s8(1);
  const int8x16_t w = x;
  int32x4_t s[12] = {};
  for (std::int64_t step = 0; step < steps; ++step) {
    __asm__ volatile(AIEDGE_TWELVE(AIEDGE_MATRIX) : AIEDGE_ALL_SUMS : [x] "w"(x), [w] "w"(w));
  }
  return total(s);
}

constexpr Loop kLoops[] = {
    {"neoni8mm", "smmla", std::int64_t{12} * 32, run_neoni8mm},
    {"neondot", "sdot", std::int64_t{12} * 16, run_neondot},
    {"neon", "smull and sadalp", std::int64_t{12} * 8, run_neon},
};

}  // namespace

std::span<const Loop> loops() { return kLoops; }

}  // namespace aiedge::peak

#endif
