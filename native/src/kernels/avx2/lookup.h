// Bytes through a table of 256. For files of this folder only; all of it has internal linkage.
//
// VPSHUFB looks up in 16 entries by the low four bits, and gives 0 where the top bit is set. Of rows 0 to 7
// of the table (16 entries each) the first is used as it is and each other as its difference, by exclusive
// or, from the one before: a byte takes all differences up to its own row, and what it took adds up to its
// row's entry. Subtracting 16 before each further row makes the byte negative once it has passed its row.
// Bytes from 128 on take nothing, and have rows 8 to 15 to themselves.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace aiedge::kernels::avx2 {
namespace {

constexpr std::int32_t kLookUpBytes = 32;  // of one vector
constexpr std::int32_t kTableRows = 16;

struct Table {
  __m256i rows[kTableRows];  // each twice; rows 0 and 8 whole, the others as differences
};

[[maybe_unused]] inline Table make_table(const std::uint8_t* entries) {
  Table table;
  __m256i before = _mm256_setzero_si256();
  for (std::int32_t r = 0; r < kTableRows; ++r) {
    const __m256i row = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(entries + r * kTableRows)));
    table.rows[r] = r % 8 == 0 ? row : _mm256_xor_si256(row, before);
    before = row;
  }
  return table;
}

[[maybe_unused]] inline __m256i look_up(const Table& table, __m256i bytes) {
  const __m256i step = _mm256_set1_epi8(16);
  __m256i upper = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
  __m256i found =
      _mm256_xor_si256(_mm256_shuffle_epi8(table.rows[0], bytes), _mm256_shuffle_epi8(table.rows[8], upper));
#pragma GCC unroll 8
  for (int r = 1; r < 8; ++r) {
    bytes = _mm256_subs_epi8(bytes, step);
    upper = _mm256_subs_epi8(upper, step);
    found = _mm256_xor_si256(found, _mm256_shuffle_epi8(table.rows[r], bytes));
    found = _mm256_xor_si256(found, _mm256_shuffle_epi8(table.rows[8 + r], upper));
  }
  return found;
}

}  // namespace
}  // namespace aiedge::kernels::avx2
