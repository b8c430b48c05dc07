// The inner loops of a resize, in several variants with the same result. Declarations only: files that are
// compiled for an instruction set include this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aiedge::vision {

// What a new pixel of a row is made of: pixel `low` and the next one, weighted in 2048ths. The low half of
// `weights` belongs to `low`, the high half to the next; where that is 0, there may be no next pixel.
struct Taps {
  const std::int32_t* low;
  const std::uint32_t* weights;
  std::int32_t count;
};

// Rows that are written have room for so many elements more.
inline constexpr std::size_t kRowSlack = 16;

struct RowFunctions {
  // out[i] = (row[low] (2048 - w) + row[low + 1] w + 8) >> 4 for each channel (1 or 3) of each tap; `row` has
  // `width` pixels.
  void (*along)(const std::uint8_t* row, std::int32_t width, std::int32_t channels, const Taps& taps,
                std::int16_t* out);
  // out[i] = (upper[i] (2048 - w) + lower[i] w + 2^17) >> 18
  void (*down)(const std::int16_t* upper, const std::int16_t* lower, std::int32_t weight, std::size_t count,
               std::uint8_t* out);
  // sums[i] += row[i] weight
  void (*add)(const std::uint8_t* row, std::uint32_t weight, std::size_t count, std::uint32_t* sums);
  // out[2 i] = a[i] ^ flip, out[2 i + 1] = b[i] ^ flip
  void (*interleave)(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t flip, std::size_t count,
                     std::uint8_t* out);
};

extern const RowFunctions rows_portable;
extern const RowFunctions rows_avx2;  // x86-64

// The best for a CPU with or without AVX2; a build for another architecture has the portable ones only.
const RowFunctions& best_rows(bool has_avx2);

}  // namespace aiedge::vision
