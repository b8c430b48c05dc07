// Eight products of 8 bits make eight 16-bit numbers (exact), which are added by pairs into four sums. A pair
// of activations stands against the pairs of four channels.
#include <arm_neon.h>

#include "kernels/neon/gemm.h"

namespace aiedge::kernels::neon {
namespace {

template <int kRows, int kLane>
inline void multiply_pair(const int8x16_t (&x)[kRows], const std::int8_t* w, int32x4_t (&sums)[kRows][2]) {
  const int8x16_t weights = vld1q_s8(w + kLane * kBlock);
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const int8x16_t pair = vreinterpretq_s8_s16(vdupq_laneq_s16(vreinterpretq_s16_s8(x[r]), kLane));
    sums[r][0] = vpadalq_s16(sums[r][0], vmull_s8(vget_low_s8(pair), vget_low_s8(weights)));
    sums[r][1] = vpadalq_s16(sums[r][1], vmull_high_s8(pair, weights));
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
    multiply_pair<kRows, 0>(activations, w, sums);
    multiply_pair<kRows, 1>(activations, w, sums);
    multiply_pair<kRows, 2>(activations, w, sums);
    multiply_pair<kRows, 3>(activations, w, sums);
    multiply_pair<kRows, 4>(activations, w, sums);
    multiply_pair<kRows, 5>(activations, w, sums);
    multiply_pair<kRows, 6>(activations, w, sums);
    multiply_pair<kRows, 7>(activations, w, sums);
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

const Multiplier multiplier = {.group = 2, .multiply = multiply};

}  // namespace aiedge::kernels::neon
