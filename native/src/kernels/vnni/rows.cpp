#include "kernels/vnni/rows.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// Columns of the image that the ring holds: a stride may leave some at the right unused.
std::int64_t used_columns(const RingShape& shape) {
  const std::int64_t room = shape.columns - shape.pad_left;
  if (room < 0) return 0;
  return room < shape.in_w ? room : shape.in_w;
}

// A division takes as long as many products; a ring that holds the image needs none.
std::int64_t slot_of(const RingShape& shape, std::int64_t row) {
  return row < shape.slots ? row : row % shape.slots;
}

void fill(std::uint8_t* to, std::int32_t byte, std::int64_t count) {
  __builtin_memset(to, byte, static_cast<std::size_t>(count));
}

#if defined(AIEDGE_VNNI_512)

// The bytes of a row in eight 64-bit sums.
inline __m512i eight_sums(const std::uint8_t* row, std::int64_t length) {
  __m512i sums = _mm512_setzero_si512();
  for (; length > 64; length -= 64, row += 64)
    sums = _mm512_add_epi64(sums, _mm512_sad_epu8(load(row), _mm512_setzero_si512()));
  const std::uint64_t mask = ~std::uint64_t{0} >> static_cast<std::uint32_t>(64 - length);
  return _mm512_add_epi64(sums, _mm512_sad_epu8(_mm512_maskz_loadu_epi8(mask, row), _mm512_setzero_si512()));
}

// Neighbouring 64-bit numbers of both, added: one of `a` and one of `b` in each 16 bytes.
inline __m512i add_halves(__m512i a, __m512i b) {
  return _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

// Neighbouring 16 bytes of both, added: two of `a`, then two of `b`.
inline __m512i add_quarters(__m512i a, __m512i b) {
  return _mm512_add_epi64(_mm512_shuffle_i64x2(a, b, 0x88), _mm512_shuffle_i64x2(a, b, 0xDD));
}

// The sums of eight rows of `length` bytes.
inline __m512i sums_of_eight(const std::uint8_t* const (&rows)[8], std::int64_t length) {
  __m512i pairs[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i)
    pairs[i] = add_halves(eight_sums(rows[2 * i], length), eight_sums(rows[2 * i + 1], length));
  return add_quarters(add_quarters(pairs[0], pairs[1]), add_quarters(pairs[2], pairs[3]));
}

// The same where the rows are neighbours and have 8 or 16 bytes.
inline __m512i sums_of_eight_short(const std::uint8_t* rows, std::int64_t length) {
  const __m512i first = _mm512_sad_epu8(load(rows), _mm512_setzero_si512());
  if (length == 8) return first;
  const __m512i second = _mm512_sad_epu8(load(rows + 64), _mm512_setzero_si512());
  return _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), add_halves(first, second));
}

#else

std::int64_t sum_bytes(const std::uint8_t* from, std::int64_t count) {
  __m256i sums = _mm256_setzero_si256();
  std::int64_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
    sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
  }
  __m128i sum = _mm_add_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
  for (; i + 8 <= count; i += 8) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i));
    sum = _mm_add_epi64(sum, _mm_sad_epu8(bytes, _mm_setzero_si128()));
  }
  std::uint64_t rest = 0;
  for (; i < count; ++i) rest += from[i];
  sum = _mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum));
  return _mm_cvtsi128_si64(sum) + static_cast<std::int64_t>(rest);
}

#endif

// Each run is copied as kWidth bytes; what is too much, the next one overwrites.
template <int kWidth>
void gather_runs(const Runs& runs, std::int32_t windows, std::ptrdiff_t stride, std::uint8_t* to) {
  std::ptrdiff_t offset = 0;
  if (runs.count == 3) {  // the commonest, with everything in registers
    const std::uint8_t* from[3] = {runs.first[0], runs.first[1], runs.first[2]};
    const std::ptrdiff_t bytes = runs.bytes;
    for (std::int32_t window = 0; window < windows; ++window, offset += runs.step, to += stride) {
#pragma GCC unroll 3
      for (int run = 0; run < 3; ++run) __builtin_memcpy(to + run * bytes, from[run] + offset, kWidth);
    }
    return;
  }
  for (std::int32_t window = 0; window < windows; ++window, offset += runs.step, to += stride) {
    std::uint8_t* next = to;
    for (std::int32_t run = 0; run < runs.count; ++run, next += runs.bytes)
      __builtin_memcpy(next, runs.first[run] + offset, kWidth);
  }
}

}  // namespace

void copy_flipped(const std::uint8_t* from, std::int64_t count, std::int32_t flip, std::uint8_t* to) {
  const Ints flips = all8(flip);
  std::int64_t i = 0;
  for (; i + kVectorBytes <= count; i += kVectorBytes) store(to + i, exclusive_or(load(from + i), flips));
  if (i == count) return;
#if defined(AIEDGE_VNNI_512)
  const std::uint64_t mask = ~std::uint64_t{0} >> static_cast<std::uint32_t>(64 - (count - i));
  _mm512_mask_storeu_epi8(to + i, mask, exclusive_or(_mm512_maskz_loadu_epi8(mask, from + i), flips));
#else
  for (; i + 8 <= count; i += 8) {
    const __m128i eight = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to + i), _mm_xor_si128(eight, _mm256_castsi256_si128(flips)));
  }
  for (; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i] ^ flip);
#endif
}

#if defined(AIEDGE_VNNI_512)

void add_row_sums(const std::uint8_t* from, std::ptrdiff_t stride, std::int64_t length, std::int32_t rows,
                  std::int32_t* to) {
  const bool is_short = stride == length && (length == 8 || length == 16);
  for (std::int32_t row = 0; row < rows; row += 8) {
    const std::int32_t left = rows - row;
    __m512i sums;
    if (is_short && left >= 8) {
      sums = sums_of_eight_short(from + row * stride, length);
    } else {
      const std::uint8_t* eight[8];
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) eight[i] = from + (i < left ? row + i : rows - 1) * stride;
      sums = sums_of_eight(eight, length);
    }
    const auto mask = static_cast<__mmask8>(left >= 8 ? 0xFF : (1 << left) - 1);
    const __m256i narrow = _mm512_cvtepi64_epi32(sums);
    _mm256_mask_storeu_epi32(to + row, mask,
                             _mm256_add_epi32(narrow, _mm256_maskz_loadu_epi32(mask, to + row)));
  }
}

#else

void add_row_sums(const std::uint8_t* from, std::ptrdiff_t stride, std::int64_t length, std::int32_t rows,
                  std::int32_t* to) {
  for (std::int32_t row = 0; row < rows; ++row) {
    to[row] = static_cast<std::int32_t>(static_cast<std::uint32_t>(to[row]) +
                                        static_cast<std::uint32_t>(sum_bytes(from + row * stride, length)));
  }
}

#endif

void gather(const Runs& runs, std::int32_t windows, std::ptrdiff_t stride, std::uint8_t* to) {
  if (runs.bytes <= 4) return gather_runs<4>(runs, windows, stride, to);
  if (runs.bytes <= 8) return gather_runs<8>(runs, windows, stride, to);
  if (runs.bytes <= 16) return gather_runs<16>(runs, windows, stride, to);
  gather_runs<kMostRunBytes>(runs, windows, stride, to);
}

std::int64_t ring_row_bytes(const RingShape& shape) {
  constexpr std::int64_t kSlack = kMostRunBytes;
  return (shape.columns * shape.in_c + kSlack + 63) / 64 * 64;
}

bool is_modest(const RingShape& shape) {
  constexpr std::int64_t kMostColumns = 1 << 20;
  constexpr std::int64_t kMostBytes = 1 << 23;
  return shape.columns <= kMostColumns && ring_row_bytes(shape) <= kMostBytes;
}

std::int64_t ring_bytes(const RingShape& shape) { return (shape.slots + 1) * ring_row_bytes(shape); }

void fill_padding(RowRing& ring) {
  // Short rows whole: one call instead of two a row.
  constexpr std::int64_t kShortRow = 256;
  if (ring.row_bytes <= kShortRow) {
    fill(ring.rows, ring.zero_point, ring_bytes(ring.shape));
    return;
  }
  const std::int64_t left = std::int64_t{ring.shape.pad_left} * ring.shape.in_c;
  const std::int64_t image_end = left + used_columns(ring.shape) * ring.shape.in_c;
  for (std::int64_t slot = 0; slot < ring.shape.slots; ++slot) {
    std::uint8_t* row = ring.rows + slot * ring.row_bytes;
    fill(row, ring.zero_point, left);
    fill(row + image_end, ring.zero_point, ring.row_bytes - image_end);
  }
  fill(ring.rows + ring.shape.slots * ring.row_bytes, ring.zero_point, ring.row_bytes);
}

void start_image(RowRing& ring, const std::uint8_t* image) {
  ring.image = image;
  ring.next = 0;
}

void advance(RowRing& ring, std::int64_t first, std::int64_t end) {
  const RingShape& shape = ring.shape;
  if (ring.next < first) ring.next = first;
  if (end > shape.in_h) end = shape.in_h;
  for (; ring.next < end; ++ring.next) {
    copy_flipped(
        ring.image + ring.next * shape.in_w * shape.in_c, used_columns(shape) * shape.in_c, ring.flip,
        ring.rows + slot_of(shape, ring.next) * ring.row_bytes + std::int64_t{shape.pad_left} * shape.in_c);
  }
}

void find_rows(const RowRing& ring, std::int64_t first, std::int64_t step, std::int32_t count,
               std::ptrdiff_t to_step, const std::uint8_t** to) {
  const RingShape shape = ring.shape;
  const std::uint8_t* const rows = ring.rows;
  const std::int64_t row_bytes = ring.row_bytes;
  std::int64_t row = first;
  for (std::int32_t i = 0; i < count; ++i, row += step, to += to_step) {
    const bool exists = row >= 0 && row < shape.in_h;
    *to = rows + (exists ? slot_of(shape, row) : shape.slots) * row_bytes;
  }
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
