// The inner loops of the depthwise convolution: dot products over quads (depthwise_pairs.h), requantization.
#pragma once

#include "kernels/vnni/depthwise_pairs.h"

namespace aiedge::kernels::AIEDGE_VNNI {

// There is a record for each block of channels. The vector of plane k has, in lane 4 i + j, the channel of
// byte 16 i + 4 k + j of the block: packing the sums of the four planes to bytes puts them in order.
// A dot is a column of the window within one quad of rows. A record is followed by a vector of weights for
// each plane, dot and output row. Where weights less their zero point do not fit 8 bits, extra dots add what
// was cut off: for each two planes most_extras times a vector for each output row, of the one plane and then
// of the other, and the numbers of their dots.
struct DepthwiseRecord {
  std::int32_t bias[kPlanes][kLanes];
  float scale[kPlanes][kLanes];
  std::int32_t extras[kPlanes / 2];
  std::int32_t unused[14];
};

struct DepthwiseWeights {
  std::int32_t dots;
  std::int32_t rows;  // output rows that share quads
  std::int32_t most_extras;
};

// Where the parts of a record lie, in bytes from its begin.
struct DepthwiseRecordPlaces {
  std::int64_t weights, extra_weights, extra_dots, end;
};
[[nodiscard]] DepthwiseRecordPlaces record_places(const DepthwiseWeights& weights);

// Output rows that share their quads, for one block of channels; several such strips, whose rows are
// interleaved as far as the next tile needs them.
struct DepthwiseStrips {
  PairSource* source;
  std::int64_t window_bytes;  // of a plane, from a vector's first column to its last
  const std::uint8_t* pairs;  // of the first strip
  std::int64_t strip_bytes;   // from a strip's pairs to those of the next
  std::int64_t pair_bytes;    // from a pair to the next
  std::int64_t plane_bytes;
  const std::ptrdiff_t* dots;  // where each dot's first vector of its first pair lies, from the strip's pairs
  DepthwiseWeights shape;
  std::int32_t late_dot;  // from this dot on the weights of all rows before late_row are 0
  std::int32_t late_row;
  const DepthwiseRecord* record;
  std::int32_t output_rows;  // of all strips; the last strip may have fewer than shape.rows
  std::int32_t vectors;      // of an output row
  std::uint8_t* output;
  std::ptrdiff_t output_row_stride;
  std::ptrdiff_t output_stride;  // from a vector to the next
  std::int32_t pixels;           // that a vector is scattered to; 1: its bytes are neighbours
  std::int32_t pixel_stride;
  std::int32_t bytes;       // stored of each vector, or of each of its pixels,
  std::int32_t last_bytes;  // and of the last vector; or its pixels
};

void depthwise_strips(const DepthwiseStrips& strips, const Requant& requant, QType type, bool bounded);

}  // namespace aiedge::kernels::AIEDGE_VNNI
