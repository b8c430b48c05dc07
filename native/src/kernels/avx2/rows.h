// Activations for the AVX2 kernels: 8 bits widened to 16 with the zero point taken off, so that padding is
// plain zero and no sum needs a correction. A convolution keeps the rows that one output row needs in a ring,
// each with its left and right padding, and widens every row of the image once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {

// to[i] = from[i] - zero_point for i < count. Reads and writes exactly `count` elements.
void widen(const void* from, QType type, std::int32_t zero_point, std::ptrdiff_t count, std::int16_t* to);

// What a ring is made of; all of it is known at load.
struct RingShape {
  std::int32_t in_h, in_w, in_c;
  std::int32_t repeat;    // each channel stands this many times in the ring: a depthwise multiplier
  std::int32_t pad_left;  // columns
  std::int64_t columns;   // of a row in the ring, padding included
  std::int64_t slots;     // rows in the ring
};

// Elements of one row of the ring; more than columns * in_c * repeat, so that a full vector may be read at
// any column.
std::int64_t ring_row_elements(const RingShape& shape);
// Whether a row is of a size that makes sense; what the other functions say about a shape that is not modest
// may have overflowed.
bool is_modest(const RingShape& shape);
// May exceed what a machine has: the caller decides what is too much.
std::int64_t ring_bytes(const RingShape& shape);

struct RowRing {
  RingShape shape;
  QType type;
  std::int32_t zero_point;
  std::int16_t* rows;         // ring_bytes(shape), 64-byte aligned
  std::int64_t row_elements;  // ring_row_elements(shape)
  const std::uint8_t* image;  // in_h rows of in_w * in_c bytes
  std::int64_t next;          // the first row of the image that was not yet looked at
};

// Make the padding zero, once for a run.
void clear_padding(RowRing& ring);
// Begin with another image.
void start_image(RowRing& ring, const std::uint8_t* image);
// Widen the image's rows [first, end) that exist and are not in the ring. Never goes back; end - first <=
// slots, unless the ring holds the whole image.
void advance(RowRing& ring, std::int64_t first, std::int64_t end);
// A row that advance() was asked for, from its padding on.
const std::int16_t* ring_row(const RowRing& ring, std::int64_t row);

}  // namespace aiedge::kernels::avx2
