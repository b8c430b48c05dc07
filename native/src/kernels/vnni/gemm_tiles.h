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

// So few channels stand twice in a vector, which then serves two rows. 0: that is not done.
#if defined(AIEDGE_VNNI_512)
constexpr std::int32_t kPairedChannels = 8;
#else
constexpr std::int32_t kPairedChannels = 0;
#endif

// The channel of a panel that lane `lane` of its vector `vector` has. Vectors that are finished four at a
// time are mixed so that the packs put their bytes in order.
constexpr std::int32_t panel_channel(std::int32_t vectors, std::int32_t vector, std::int32_t lane) {
  if (vector >= vectors / 4 * 4) return vector * kLanes + lane;
  return vector / 4 * 4 * kLanes + lane / 4 * 16 + vector % 4 * 4 + lane % 4;
}

// The best height of a tile for lines of `rows` rows, each a sum over `quads` quads; at most `rows`.
[[nodiscard]] std::int32_t best_tile_rows(std::int32_t vectors, std::int32_t rows, std::int64_t quads);

// One panel times lines of rows. Weights and constants lie as gemm_pack() writes them.
struct PanelRows {
  const std::uint8_t* const* segments;  // where each segment of each line's first row begins
  std::int32_t segment_count;
  std::int64_t quads;  // of activations, in a segment
  std::ptrdiff_t row_stride;
  std::int32_t flip;  // exclusive or for each quad of activations; 0 unless there is one row in all
  const std::int8_t* weights;
  const std::int32_t* bias;   // of the panel's channels
  const std::int32_t* shift;  // what was taken off their weights
  const float* scale;
  const std::int32_t* window_sums;  // of each row's activations; null where every shift is zero
  bool guards;                      // what make_finish() wants
  std::int32_t vectors;
  bool paired;            // the only vector has kPairedChannels channels, twice
  std::int32_t channels;  // that exist in the panel
  std::uint8_t* output;   // the first row's first channel
  std::ptrdiff_t output_stride;
  std::int32_t rows;       // of a line
  std::int32_t lines;      // one after the other in the output
  std::int32_t tile_rows;  // at most; 1 to best_tile_rows() for as many rows or more
};

// Where there are several lines, a line's last tile may begin before the end of the one before, whose last
// rows are then computed twice.
void run_tiles(const PanelRows& panel, const Requant& requant);

}  // namespace aiedge::kernels::AIEDGE_VNNI
