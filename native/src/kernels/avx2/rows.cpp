#include "kernels/avx2/rows.h"

#include <immintrin.h>

namespace aiedge::kernels::avx2 {
namespace {

template <bool kUnsigned>
__m256i extend(__m128i bytes) {
  return kUnsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes);
}

template <bool kUnsigned>
std::int32_t value(std::uint8_t byte) {
  return kUnsigned ? byte : static_cast<std::int8_t>(byte);
}

template <bool kUnsigned>
void widen_as(const std::uint8_t* from, std::int32_t zero_point, std::ptrdiff_t count, std::int16_t* to) {
  const __m256i zero = _mm256_set1_epi16(static_cast<std::int16_t>(zero_point));
  std::ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i), _mm256_sub_epi16(extend<kUnsigned>(bytes), zero));
  }
  if (i + 8 <= count) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from + i));
    const __m256i words = _mm256_sub_epi16(extend<kUnsigned>(bytes), zero);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i), _mm256_castsi256_si128(words));
    i += 8;
  }
  for (; i < count; ++i) to[i] = static_cast<std::int16_t>(value<kUnsigned>(from[i]) - zero_point);
}

template <bool kUnsigned>
void widen_repeated(const std::uint8_t* from, std::int32_t zero_point, std::ptrdiff_t count,
                    std::int32_t repeat, std::int16_t* to) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    const auto word = static_cast<std::int16_t>(value<kUnsigned>(from[i]) - zero_point);
    for (std::int32_t r = 0; r < repeat; ++r) *to++ = word;
  }
}

void set_zero(std::int16_t* to, std::int64_t count) {
  __builtin_memset(to, 0, static_cast<std::size_t>(count) * sizeof(std::int16_t));
}

// Columns of the image that the ring holds: a stride may leave some at the right unused.
std::int64_t used_columns(const RingShape& shape) {
  const std::int64_t room = shape.columns - shape.pad_left;
  return room < shape.in_w ? room : shape.in_w;
}

std::int64_t pixel_elements(const RingShape& shape) { return std::int64_t{shape.in_c} * shape.repeat; }

}  // namespace

void widen(const void* from, QType type, std::int32_t zero_point, std::ptrdiff_t count, std::int16_t* to) {
  const auto* bytes = static_cast<const std::uint8_t*>(from);
  if (type == QType::kUint8) {
    widen_as<true>(bytes, zero_point, count, to);
  } else {
    widen_as<false>(bytes, zero_point, count, to);
  }
}

std::int64_t ring_row_elements(const RingShape& shape) {
  constexpr std::int64_t kSlack = 32;
  return (shape.columns * pixel_elements(shape) + kSlack + 31) / 32 * 32;
}

bool is_modest(const RingShape& shape) {
  constexpr std::int64_t kMostColumns = 1 << 20;
  constexpr std::int64_t kMostElements = 1 << 23;
  return shape.columns <= kMostColumns && ring_row_elements(shape) <= kMostElements;
}

std::int64_t ring_bytes(const RingShape& shape) {
  return shape.slots * ring_row_elements(shape) * static_cast<std::int64_t>(sizeof(std::int16_t));
}

void clear_padding(RowRing& ring) {
  const std::int64_t left = ring.shape.pad_left * pixel_elements(ring.shape);
  const std::int64_t image_end = left + used_columns(ring.shape) * pixel_elements(ring.shape);
  for (std::int64_t slot = 0; slot < ring.shape.slots; ++slot) {
    std::int16_t* row = ring.rows + slot * ring.row_elements;
    set_zero(row, left);
    set_zero(row + image_end, ring.row_elements - image_end);
  }
}

void start_image(RowRing& ring, const std::uint8_t* image) {
  ring.image = image;
  ring.next = 0;
}

void advance(RowRing& ring, std::int64_t first, std::int64_t end) {
  const RingShape& shape = ring.shape;
  if (ring.next < first) ring.next = first;
  if (end > shape.in_h) end = shape.in_h;
  const std::ptrdiff_t count = used_columns(shape) * shape.in_c;
  for (; ring.next < end; ++ring.next) {
    std::int16_t* to =
        ring.rows + ring.next % shape.slots * ring.row_elements + shape.pad_left * pixel_elements(shape);
    const std::uint8_t* from = ring.image + ring.next * shape.in_w * shape.in_c;
    if (shape.repeat == 1) {
      widen(from, ring.type, ring.zero_point, count, to);
    } else if (ring.type == QType::kUint8) {
      widen_repeated<true>(from, ring.zero_point, count, shape.repeat, to);
    } else {
      widen_repeated<false>(from, ring.zero_point, count, shape.repeat, to);
    }
  }
}

const std::int16_t* ring_row(const RowRing& ring, std::int64_t row) {
  return ring.rows + row % ring.shape.slots * ring.row_elements;
}

}  // namespace aiedge::kernels::avx2
