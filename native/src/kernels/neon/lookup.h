// Bytes through a table of 256. For files of this folder only; all of it has internal linkage.
#pragma once

#include <arm_neon.h>

#include <cstdint>

namespace aiedge::kernels::neon {
namespace {

constexpr std::int32_t kLookUpBytes = 16;  // of one vector

// Every vector's bytes become their entries of the table. A quarter of the table at a time fills four
// registers: GCC does not keep all four quarters, so several vectors share what is loaded. TBX leaves a byte
// as it is whose index is not within its quarter.
template <int kVectors>
inline void look_up(const std::uint8_t* table, uint8x16_t (&bytes)[kVectors]) {
  uint8x16_t found[kVectors];
  uint8x16x4_t entries = vld1q_u8_x4(table);
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) found[v] = vqtbl4q_u8(entries, bytes[v]);
#pragma GCC unroll 4
  for (int quarter = 1; quarter < 4; ++quarter) {
    entries = vld1q_u8_x4(table + 64 * quarter);
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      bytes[v] = vsubq_u8(bytes[v], vdupq_n_u8(64));
      found[v] = vqtbx4q_u8(found[v], entries, bytes[v]);
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) bytes[v] = found[v];
}

// y[i] = table[minuend - x[i]], or table[x[i]] where kPlain, for whole vectors.
template <bool kPlain, int kVectors>
inline void look_up_vectors(const std::uint8_t* table, std::uint8_t minuend, const std::uint8_t* x,
                            std::uint8_t* y) {
  uint8x16_t bytes[kVectors];
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    bytes[v] = vld1q_u8(x + v * kLookUpBytes);
    if constexpr (!kPlain) bytes[v] = vsubq_u8(vdupq_n_u8(minuend), bytes[v]);
  }
  look_up(table, bytes);
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) vst1q_u8(y + v * kLookUpBytes, bytes[v]);
}

// The same for `count` bytes.
template <bool kPlain>
inline void look_up_bytes(const std::uint8_t* table, std::uint8_t minuend, const std::uint8_t* x,
                          std::uint8_t* y, std::int64_t count) {
  constexpr std::int64_t kFour = 4 * std::int64_t{kLookUpBytes};
  std::int64_t i = 0;
  for (; i + kFour <= count; i += kFour) look_up_vectors<kPlain, 4>(table, minuend, x + i, y + i);
  for (; i + kLookUpBytes <= count; i += kLookUpBytes) {
    look_up_vectors<kPlain, 1>(table, minuend, x + i, y + i);
  }
  for (; i < count; ++i) y[i] = table[kPlain ? x[i] : static_cast<std::uint8_t>(minuend - x[i])];
}

// y[i] = table[x[i]]
[[maybe_unused]] inline void look_up(const std::uint8_t* table, const std::uint8_t* x, std::uint8_t* y,
                                     std::int64_t count) {
  look_up_bytes<true>(table, 0, x, y, count);
}

// y[i] = table[(minuend - x[i]) modulo 256]
[[maybe_unused]] inline void look_up_differences(const std::uint8_t* table, std::uint8_t minuend,
                                                 const std::uint8_t* x, std::uint8_t* y, std::int64_t count) {
  look_up_bytes<false>(table, minuend, x, y, count);
}

}  // namespace
}  // namespace aiedge::kernels::neon
