#include "kernels/vnni/rows.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// Columns of the image that the ring holds: a stride may leave some at the right unused.
std::int64_t used_columns(const RingShape& shape) {
  const std::int64_t room = shape.columns - shape.pad_left;
  if (room < 0) return 0;
  return room < shape.in_w ? room : shape.in_w;
}

void fill(std::uint8_t* to, std::int32_t byte, std::int64_t count) {
  __builtin_memset(to, byte, static_cast<std::size_t>(count));
}

}  // namespace

void copy_flipped(const std::uint8_t* from, std::int64_t count, std::int32_t flip, std::uint8_t* to) {
  const Ints flips = all8(flip);
  std::int64_t i = 0;
  for (; i + kVectorBytes <= count; i += kVectorBytes) store(to + i, exclusive_or(load(from + i), flips));
  for (; i < count; ++i) to[i] = static_cast<std::uint8_t>(from[i] ^ flip);
}

std::int32_t sum_bytes(const std::uint8_t* from, std::int64_t count) {
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
  std::int64_t total = _mm_cvtsi128_si64(_mm_add_epi64(sum, _mm_unpackhi_epi64(sum, sum)));
  for (; i < count; ++i) total += from[i];
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(total));
}

std::int64_t ring_row_bytes(const RingShape& shape) {
  constexpr std::int64_t kSlack = 4;
  return (shape.columns * shape.in_c + kSlack + 63) / 64 * 64;
}

bool is_modest(const RingShape& shape) {
  constexpr std::int64_t kMostColumns = 1 << 20;
  constexpr std::int64_t kMostBytes = 1 << 23;
  return shape.columns <= kMostColumns && ring_row_bytes(shape) <= kMostBytes;
}

std::int64_t ring_bytes(const RingShape& shape) { return (shape.slots + 1) * ring_row_bytes(shape); }

void fill_padding(RowRing& ring) {
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
        ring.rows + ring.next % shape.slots * ring.row_bytes + std::int64_t{shape.pad_left} * shape.in_c);
  }
}

const std::uint8_t* ring_row(const RowRing& ring, std::int64_t row) {
  const bool exists = row >= 0 && row < ring.shape.in_h;
  return ring.rows + (exists ? row % ring.shape.slots : ring.shape.slots) * ring.row_bytes;
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
