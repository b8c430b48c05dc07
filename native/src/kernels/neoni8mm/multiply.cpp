#include "kernels/neoni8mm/multiply.h"

#include <arm_neon.h>

namespace aiedge::kernels::neoni8mm {
namespace {

using neon::kBlock;
using neon::kPanelChannels;
using neon::kTileRows;
using neon::Tile;

constexpr int kChannelPairs = kPanelChannels / 2;

// Eight activations of each pair of rows times those weights of the panel's pairs of channels.
template <int kPairs>
inline void multiply_eight(const int8x16_t (&x)[kPairs], const std::int8_t* w,
                           int32x4_t (&sums)[kPairs][kChannelPairs]) {
#pragma GCC unroll 8
  for (int c = 0; c < kChannelPairs; ++c) {
    const int8x16_t weights = vld1q_s8(w + c * kBlock);
#pragma GCC unroll 8
    for (int p = 0; p < kPairs; ++p) sums[p][c] = vmmlaq_s32(sums[p][c], x[p], weights);
  }
}

inline int8x16_t lower_halves(int8x16_t a, int8x16_t b) {
  return vreinterpretq_s8_s64(vzip1q_s64(vreinterpretq_s64_s8(a), vreinterpretq_s64_s8(b)));
}

inline int8x16_t upper_halves(int8x16_t a, int8x16_t b) {
  return vreinterpretq_s8_s64(vzip2q_s64(vreinterpretq_s64_s8(a), vreinterpretq_s64_s8(b)));
}

// One row's two channels out of two blocks of four sums: row 0 stands below row 1.
inline void store_row(std::int32_t* to, int64x2_t first, int64x2_t second) {
  vst1q_s32(to, vreinterpretq_s32_s64(first));
  vst1q_s32(to + 4, vreinterpretq_s32_s64(second));
}

template <int kPairs>
void multiply_pairs(const Tile& tile) {
  const std::int64_t row_bytes = tile.blocks * kBlock;
  const std::int8_t* x = tile.x;
  const std::int8_t* w = tile.w;
  int32x4_t sums[kPairs][kChannelPairs];
#pragma GCC unroll 8
  for (int p = 0; p < kPairs; ++p) {
#pragma GCC unroll 8
    for (int c = 0; c < kChannelPairs; ++c) sums[p][c] = vdupq_n_s32(0);
  }
  for (std::int64_t block = tile.blocks; block > 0; --block) {
    int8x16_t low[kPairs];
    int8x16_t high[kPairs];
#pragma GCC unroll 8
    for (int p = 0; p < kPairs; ++p) {
      const int8x16_t a = vld1q_s8(x + 2 * p * row_bytes);
      const int8x16_t b = vld1q_s8(x + (2 * p + 1) * row_bytes);
      low[p] = lower_halves(a, b);
      high[p] = upper_halves(a, b);
    }
    multiply_eight(low, w, sums);
    multiply_eight(high, w + kChannelPairs * kBlock, sums);
    x += kBlock;
    w += kBlock * kPanelChannels;
  }
#pragma GCC unroll 8
  for (int p = 0; p < kPairs; ++p) {
    int64x2_t pairs[kChannelPairs];
#pragma GCC unroll 8
    for (int c = 0; c < kChannelPairs; ++c) pairs[c] = vreinterpretq_s64_s32(sums[p][c]);
    std::int32_t* to = tile.sums + 2 * p * kPanelChannels;
    store_row(to, vzip1q_s64(pairs[0], pairs[1]), vzip1q_s64(pairs[2], pairs[3]));
    store_row(to + kPanelChannels, vzip2q_s64(pairs[0], pairs[1]), vzip2q_s64(pairs[2], pairs[3]));
  }
}

void multiply(const Tile& tile) {
  static constexpr void (*kPairs[kTileRows / 2])(const Tile&) = {multiply_pairs<1>, multiply_pairs<2>,
                                                                 multiply_pairs<3>, multiply_pairs<4>};
  kPairs[(tile.rows - 1) / 2](tile);
}

}  // namespace

const neon::Multiplier multiplier = {.group = 8, .multiply = multiply};

}  // namespace aiedge::kernels::neoni8mm
