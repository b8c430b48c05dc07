#include "kernels/neondot/multiply.h"

#include <arm_neon.h>

namespace aiedge::kernels::neondot {
namespace {

using neon::kBlock;
using neon::kPanelChannels;
using neon::kTileRows;
using neon::Tile;

// Four activations of each row times those weights of the panel's channels.
template <int kRows, int kLane>
inline void multiply_four(const int8x16_t (&x)[kRows], const std::int8_t* w, int32x4_t (&sums)[kRows][2]) {
  const int8x16_t first = vld1q_s8(w + 2 * kLane * kBlock);
  const int8x16_t second = vld1q_s8(w + (2 * kLane + 1) * kBlock);
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    sums[r][0] = vdotq_laneq_s32(sums[r][0], first, x[r], kLane);
    sums[r][1] = vdotq_laneq_s32(sums[r][1], second, x[r], kLane);
  }
}

template <int kRows>
void multiply_rows(const Tile& tile) {
  const std::int64_t row_bytes = tile.blocks * kBlock;
  const std::int8_t* x = tile.x;
  const std::int8_t* w = tile.w;
  int32x4_t sums[kRows][2];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) sums[r][0] = sums[r][1] = vdupq_n_s32(0);
  for (std::int64_t block = tile.blocks; block > 0; --block) {
    int8x16_t activations[kRows];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) activations[r] = vld1q_s8(x + r * row_bytes);
    multiply_four<kRows, 0>(activations, w, sums);
    multiply_four<kRows, 1>(activations, w, sums);
    multiply_four<kRows, 2>(activations, w, sums);
    multiply_four<kRows, 3>(activations, w, sums);
    x += kBlock;
    w += kBlock * kPanelChannels;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    vst1q_s32(tile.sums + r * kPanelChannels, sums[r][0]);
    vst1q_s32(tile.sums + r * kPanelChannels + 4, sums[r][1]);
  }
}

void multiply(const Tile& tile) {
  static constexpr void (*kRows[kTileRows])(const Tile&) = {
      multiply_rows<1>, multiply_rows<2>, multiply_rows<3>, multiply_rows<4>,
      multiply_rows<5>, multiply_rows<6>, multiply_rows<7>, multiply_rows<8>};
  kRows[tile.rows - 1](tile);
}

}  // namespace

const neon::Multiplier multiplier = {.group = 4, .multiply = multiply};

}  // namespace aiedge::kernels::neondot
