// The inner loops of the depthwise convolution.
//
// Two taps at a time: the 16-bit activations of 16 channels under one tap are interleaved with those under
// the next, and one vpmaddwd multiplies and adds both for eight channels. A last tap without a partner gets
// one of weight zero. Up to four neighbouring output pixels share the loaded weights.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {

constexpr std::int32_t kGroupChannels = 16;

// The packed block is one record a group of 16 channels: bias, scales, then for each pair of taps two vectors
// of 16-bit weights, the pairs of lanes 0 to 7 and of 8 to 15, all in the order of requant.h.
[[nodiscard]] std::int64_t depthwise_group_bytes(std::int32_t tap_pairs);

// One output row.
struct DepthwiseRow {
  const std::int16_t* const* taps;  // two a pair: where the first pixel's first channel lies under each tap
  std::int32_t tap_pairs;
  std::ptrdiff_t pixel_stride;  // activations from one pixel to the next
  std::int32_t pixels;
  std::int32_t groups;  // of channels, of a pixel
  const void* packed;
  std::uint8_t* output;
  std::ptrdiff_t output_stride;
  std::int32_t last_group_bytes;  // stored of each pixel's last group,
  std::int32_t last_pixel_bytes;  // and of the row's last pixel's last group
};

// Reads whole groups: up to 15 activations beyond a pixel's channels.
void depthwise_row(const DepthwiseRow& row, const Requant& requant, QType type);

}  // namespace aiedge::kernels::avx2
