// The vectors of this build of the dot-product kernels. The folder is compiled once for each instruction set:
//
//   AIEDGE_VNNI = avx512vnni    64-byte vectors
//   AIEDGE_VNNI = avxvnni       32-byte vectors, VEX encoding
//   AIEDGE_VNNI = avxvnni_evex  the same source in its AVX-512VL encoding, for tests on a CPU without
//   AVX-VNNI
//
// One vpdpbusd multiplies, in each 32-bit lane, four unsigned bytes by four signed bytes and adds the
// products to the lane's sum, exactly and modulo 2^32. For files of this folder only; all of it has internal
// linkage.
#pragma once

// GCC 12 takes the deliberately undefined operands within its AVX-512 intrinsics for mistakes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

#define AIEDGE_VNNI_JOIN2(a, b) a##b
#define AIEDGE_VNNI_JOIN(a, b) AIEDGE_VNNI_JOIN2(a, b)
#define AIEDGE_VNNI_TEXT2(a) #a
#define AIEDGE_VNNI_TEXT(a) AIEDGE_VNNI_TEXT2(a)
// The kernel's symbol and name.
#define AIEDGE_VNNI_KERNEL(op) AIEDGE_VNNI_JOIN(op, AIEDGE_VNNI)
#define AIEDGE_VNNI_NAME AIEDGE_VNNI_TEXT(AIEDGE_VNNI)

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

#if defined(AIEDGE_VNNI_512)

using Ints = __m512i;
using Floats = __m512;
constexpr std::int32_t kLanes = 16;
constexpr cpu::Isa kIsa = cpu::Isa::kAvx512Vnni;

[[maybe_unused]] inline Ints load(const void* from) { return _mm512_loadu_si512(from); }
[[maybe_unused]] inline void store(void* to, Ints value) { _mm512_storeu_si512(to, value); }
[[maybe_unused]] inline Floats load_floats(const float* from) { return _mm512_loadu_ps(from); }
[[maybe_unused]] inline Ints all8(std::int32_t value) { return _mm512_set1_epi8(static_cast<char>(value)); }
[[maybe_unused]] inline Ints all32(std::int32_t value) { return _mm512_set1_epi32(value); }
[[maybe_unused]] inline Ints exclusive_or(Ints a, Ints b) { return _mm512_xor_si512(a, b); }
[[maybe_unused]] inline Ints add_product(Ints sum, Ints a, Ints b) {
  return _mm512_add_epi32(sum, _mm512_mullo_epi32(a, b));
}
// In assembly, because GCC 12 spills the sums of a loop over the intrinsic.
[[maybe_unused]] inline void dot(Ints& sum, Ints bytes, Ints weights) {
  __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(weights));
}
// Keep in a register what would otherwise be loaded again for each use.
[[maybe_unused]] inline void hold(Ints& value) { __asm__("" : "+v"(value)); }

#else

using Ints = __m256i;
using Floats = __m256;
constexpr std::int32_t kLanes = 8;
#if defined(__AVXVNNI__)
constexpr cpu::Isa kIsa = cpu::Isa::kAvxVnni;
#else
constexpr cpu::Isa kIsa = cpu::Isa::kAvx512Vnni;
#endif

[[maybe_unused]] inline Ints load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
[[maybe_unused]] inline void store(void* to, Ints value) {
  _mm256_storeu_si256(static_cast<__m256i*>(to), value);
}
[[maybe_unused]] inline Floats load_floats(const float* from) { return _mm256_loadu_ps(from); }
[[maybe_unused]] inline Ints all8(std::int32_t value) { return _mm256_set1_epi8(static_cast<char>(value)); }
[[maybe_unused]] inline Ints all32(std::int32_t value) { return _mm256_set1_epi32(value); }
[[maybe_unused]] inline Ints exclusive_or(Ints a, Ints b) { return _mm256_xor_si256(a, b); }
[[maybe_unused]] inline Ints add_product(Ints sum, Ints a, Ints b) {
  return _mm256_add_epi32(sum, _mm256_mullo_epi32(a, b));
}
// In assembly, because GCC 12 spills the sums of a loop over the intrinsic.
[[maybe_unused]] inline void dot(Ints& sum, Ints bytes, Ints weights) {
#if defined(__AVXVNNI__)
  __asm__ volatile("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(bytes), "xm"(weights));
#else
  __asm__ volatile("vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(bytes), "xm"(weights));
#endif
}
// Keep in a register what would otherwise be loaded again for each use.
[[maybe_unused]] inline void hold(Ints& value) { __asm__("" : "+x"(value)); }

#endif

constexpr std::int32_t kVectorBytes = kLanes * 4;

// The same four bytes in every lane.
[[maybe_unused]] inline Ints broadcast4(const std::uint8_t* from) {
  std::int32_t four;
  __builtin_memcpy(&four, from, sizeof(four));
  return all32(four);
}

// The byte of the activations' zero point, as the kernels see activations: int8 is seen as uint8 less 128.
[[maybe_unused]] inline std::int32_t unsigned_zero_point(QType type, std::int32_t zero_point) {
  return type == QType::kInt8 ? zero_point + 128 : zero_point;
}

// What turns a byte of the type into that: an exclusive or.
[[maybe_unused]] inline std::int32_t flip_of(QType type) { return type == QType::kInt8 ? 0x80 : 0; }
// The same for four bytes at once.
[[maybe_unused]] inline std::int32_t flip4_of(QType type) {
  return type == QType::kInt8 ? static_cast<std::int32_t>(0x80808080U) : 0;
}

#if defined(AIEDGE_VNNI_512)
// Four bytes in each of the first eight lanes, four others in the rest.
[[maybe_unused]] inline Ints broadcast4_twice(const std::uint8_t* first, const std::uint8_t* second) {
  constexpr __mmask16 kSecondHalf = 0xFF00;
  Ints both = broadcast4(first);
  // In assembly, because the intrinsic's number goes through a general register.
  __asm__("vpbroadcastd %1, %0%{%2%}"
          : "+v"(both)
          : "m"(*reinterpret_cast<const std::uint8_t(*)[4]>(second)), "Yk"(kSecondHalf));
  return both;
}
#endif

}  // namespace
}  // namespace aiedge::kernels::AIEDGE_VNNI
