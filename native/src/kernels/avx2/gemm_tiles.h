// The inner loops of the matrix product: tiles of up to kTileRows rows by one panel of packed weights.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {

constexpr std::int32_t kTileRows = 6;
constexpr std::int32_t kPanelChannels = 16;

// One panel times consecutive rows. Weights lie as gemm_pack() writes them.
struct TileRow {
  const std::int16_t* const* segments;  // where each segment of the first row begins
  std::int32_t segment_count;
  std::int64_t pairs;  // of activations, in a segment
  std::ptrdiff_t row_stride;
  const std::uint8_t* weights;  // of the first segment
  const std::int32_t* bias;     // of the panel's 16 lanes
  const float* scale;
  std::int32_t vectors;   // of eight lanes, that the panel has: 1 or 2
  std::int32_t channels;  // that exist in the panel
  bool wide;              // weights are 16 bits
  std::uint8_t* output;   // the first row's first channel
  std::ptrdiff_t output_stride;
};

// Compute `rows` >= 1 rows in tiles that differ by one row at most.
void run_tiles(const TileRow& row, std::int32_t rows, const Requant& requant, QType type);

}  // namespace aiedge::kernels::avx2
