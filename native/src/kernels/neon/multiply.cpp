// Eight products of 8 bits make eight 16-bit numbers (exact), which are added by pairs into four sums. A pair
// of activations stands against the pairs of four channels.
#include <arm_neon.h>

#include "kernels/neon/gemm.h"

namespace aiedge::kernels::neon {
namespace {

// One pair of activations of each row times that pair's weights of the panel's channels.
template <int kRows>
inline void multiply_pair(const std::int8_t* x, std::int64_t row_bytes, const std::int8_t* w,
                          int32x4_t (&sums)[kRows][2]) {
  const int8x16_t weights = vld1q_s8(w);
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    const auto* from = reinterpret_cast<const std::int16_t*>(x + r * row_bytes);
    const int8x16_t pair = vreinterpretq_s8_s16(vld1q_dup_s16(from));
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
  for (std::int64_t pair = tile.blocks * kBlock / 2; pair > 0; --pair) {
    multiply_pair<kRows>(x, row_bytes, w, sums);
    x += 2;
    w += 2 * kPanelChannels;
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
