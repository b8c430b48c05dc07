// The inner loops of the depthwise convolution.
//
// Four rows of activations are interleaved: a quad has one column's and channel's bytes of four rows, so that
// one vpdpbusd adds four taps of one column of the window for each lane's channel. The same quads serve two
// output rows, by weights that are moved by one row.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {

// Output rows that are computed together, at most.
constexpr std::int32_t kMostRows = 2;

// to[4 * i + r] = rows[r][i] ^ flip for i < count; up to whole vectors of the byte `beyond` ^ flip follow:
// fewer than kVectorBytes quads.
void interleave(const std::uint8_t* const (&rows)[4], std::int64_t count, std::int32_t flip,
                std::int32_t beyond, std::uint8_t* to);

// The packed block is one record a group of kLanes channels: bias and scales, the number of dots, then a
// vector of weights for each dot and output row. A dot is a column of the window within one quad of rows;
// where weights less their zero point do not fit 8 bits, further rounds of dots add what was cut off.
constexpr std::int32_t kMostRounds = 3;  // 255 = 127 + 127 + 1
[[nodiscard]] std::int64_t depthwise_group_bytes(std::int32_t dots, std::int32_t rows);

struct DepthwiseRecord {
  std::int32_t bias[kLanes];
  float scale[kLanes];
  std::int32_t rounds;  // 1 to kMostRounds
  std::int32_t unused[15];
};

// One or two output rows.
struct DepthwiseRows {
  const std::uint8_t* const* dots;  // where the first pixel's first quad of each dot lies
  std::int32_t dot_count;
  std::int32_t rows;            // that the weights are packed for
  std::int32_t stored_rows;     // that exist
  std::ptrdiff_t pixel_stride;  // bytes of quads from one pixel to the next
  std::int32_t pixels;
  std::int32_t groups;  // of channels, of a pixel
  const std::uint8_t* packed;
  std::uint8_t* output;
  std::ptrdiff_t output_row_stride;
  std::ptrdiff_t output_stride;
  std::int32_t last_group_bytes;  // stored of each pixel's last group,
  std::int32_t last_pixel_bytes;  // and of a row's last pixel's last group
};

// Reads whole groups: up to kLanes - 1 quads beyond a pixel's channels.
void depthwise_rows(const DepthwiseRows& rows, const Requant& requant, QType type);

}  // namespace aiedge::kernels::AIEDGE_VNNI
