// Activations for the dot-product kernels: unsigned bytes, int8 as uint8 less 128. A convolution keeps the
// rows that one output row needs in a ring, each with its padding, which is the zero point's byte.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {

// to[i] = from[i] ^ flip for i < count. Reads and writes exactly `count` bytes.
void copy_flipped(const std::uint8_t* from, std::int64_t count, std::int32_t flip, std::uint8_t* to);

// to[r] += the sum of the `length` bytes of row r, modulo 2^32; `stride` bytes from one row to the next.
// Reads no other byte.
void add_row_sums(const std::uint8_t* from, std::ptrdiff_t stride, std::int64_t length, std::int32_t rows,
                  std::int32_t* to);

// What windows consist of: runs of bytes, the same for each window but `step` bytes further.
struct Runs {
  const std::uint8_t* const* first;  // where each run of the first window begins
  std::int32_t count;
  std::int32_t bytes;  // of a run, at most kMostRunBytes
  std::ptrdiff_t step;
};
constexpr std::int32_t kMostRunBytes = 32;

// The runs of each window one after the other, the windows `stride` bytes apart. Up to kMostRunBytes - 1
// bytes are read after each run and written after the last window.
void gather(const Runs& runs, std::int32_t windows, std::ptrdiff_t stride, std::uint8_t* to);

// What a ring is made of; all of it is known at load.
struct RingShape {
  std::int32_t in_h, in_w, in_c;
  std::int32_t pad_left;  // columns
  std::int64_t columns;   // of a row in the ring, padding included
  std::int64_t slots;     // rows of the image in the ring; one more is all padding
};

// Bytes of one row of the ring; more than columns * in_c, so that a run may be read at any column.
[[nodiscard]] std::int64_t ring_row_bytes(const RingShape& shape);
// Whether a row is of a size that makes sense; what the other functions say about a shape that is not modest
// may have overflowed.
[[nodiscard]] bool is_modest(const RingShape& shape);
[[nodiscard]] std::int64_t ring_bytes(const RingShape& shape);

struct RowRing {
  RingShape shape;
  std::int32_t flip;
  std::int32_t zero_point;    // as an unsigned byte
  std::uint8_t* rows;         // ring_bytes(shape), 64-byte aligned
  std::int64_t row_bytes;     // ring_row_bytes(shape)
  const std::uint8_t* image;  // in_h rows of in_w * in_c bytes
  std::int64_t next;          // the first row of the image that was not yet looked at
};

// Fill the padding, once for a run.
void fill_padding(RowRing& ring);
// Begin with another image.
void start_image(RowRing& ring, const std::uint8_t* image);
// Convert the image's rows [first, end) that exist and are not in the ring. Never goes back; end - first <=
// slots, unless the ring holds the whole image.
void advance(RowRing& ring, std::int64_t first, std::int64_t end);
// to[i * to_step] = row `first + i * step`, which advance() was asked for, from its padding on; the row of
// padding for one outside the image.
void find_rows(const RowRing& ring, std::int64_t first, std::int64_t step, std::int32_t count,
               std::ptrdiff_t to_step, const std::uint8_t** to);

}  // namespace aiedge::kernels::AIEDGE_VNNI
