// The inner loops of the matrix product: tiles of rows by one panel of packed weights.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {

// Vectors of channels in a panel, at most: where several rows share the weights, and for a single row, which
// needs many independent sums.
#if defined(AIEDGE_VNNI_512)
constexpr std::int32_t kPanelVectors = 4;
#else
constexpr std::int32_t kPanelVectors = 2;
#endif
constexpr std::int32_t kSingleRowVectors = 8;

// Rows of a tile, at most, for a panel of so many vectors.
constexpr std::int32_t tile_rows(std::int32_t vectors) {
  constexpr std::int32_t kSums = kLanes == 16 ? 24 : 12;  // registers for sums
  constexpr std::int32_t kMost = 12;
  if (vectors > kPanelVectors) return 1;
  return kSums / vectors < kMost ? kSums / vectors : kMost;
}

// One panel times consecutive rows. Weights lie as gemm_pack() writes them.
struct TileRow {
  const std::uint8_t* const* segments;  // where each segment of the first row begins
  std::int32_t segment_count;
  std::int64_t quads;  // of activations, in a segment
  std::ptrdiff_t row_stride;
  const std::int8_t* weights;
  const std::int32_t* bias;   // of the panel's channels
  const std::int32_t* shift;  // what was taken off their weights
  const float* scale;
  const std::int32_t* window_sums;  // of each row's activations; null where every shift is zero
  std::int32_t vectors;
  std::int32_t channels;  // that exist in the panel
  std::uint8_t* output;   // the first row's first channel
  std::ptrdiff_t output_stride;
};

// Compute `rows` >= 1 rows in tiles that differ by one row at most.
void run_tiles(const TileRow& row, std::int32_t rows, const Requant& requant, QType type);

}  // namespace aiedge::kernels::AIEDGE_VNNI
