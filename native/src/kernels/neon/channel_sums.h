// Sums over positions, for each of 16 neighbouring channels: average pooling and mean. For files of this
// folder only; all of it has internal linkage.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::neon {
namespace {

constexpr std::int32_t kSumChannels = 16;

// Positions of one window: `rows` rows of `columns` pixels.
struct Positions {
  const std::uint8_t* first;  // the first channel of the group at the first position
  std::int64_t rows, columns;
  std::ptrdiff_t row_stride, column_stride;  // bytes
};

// Sums of four channels each, in order.
struct ChannelSums {
  int32x4_t four[4];
};

// The group that begins at `channel`, of `channels`: its first channel may be moved back, so that sixteen
// can be read; then the first results are of the group before.
struct Group {
  std::int32_t first;    // channel that is read first
  std::int32_t skip;     // how many of the first results belong to the group before
  std::int32_t reading;  // channels that are read: 16, or all where there are fewer
};

[[maybe_unused]] inline Group group_at(std::int32_t channel, std::int32_t channels) {
  if (channels < kSumChannels) return {0, 0, channels};
  const std::int32_t last = channels - kSumChannels;
  const std::int32_t first = channel < last ? channel : last;
  return {first, channel - first, kSumChannels};
}

// `count` bytes (1 to 16), zero beyond; reads no byte more.
[[maybe_unused]] inline uint8x16_t load_channels(const std::uint8_t* from, std::int32_t count) {
  if (count == kSumChannels) return vld1q_u8(from);
  std::uint8_t bytes[kSumChannels] = {};
  for (std::int32_t i = 0; i < count; ++i) bytes[i] = from[i];
  return vld1q_u8(bytes);
}

// Sixteen sums in 16 bits, of the type's signedness.
struct Words {
  uint16x8_t low, high;
};

// The sum of two positions is added as a whole: so one addition waits for another half as often.
template <bool kUnsigned>
inline void add_two(uint8x16_t a, uint8x16_t b, Words& words) {
  if constexpr (kUnsigned) {
    words.low = vaddq_u16(words.low, vaddl_u8(vget_low_u8(a), vget_low_u8(b)));
    words.high = vaddq_u16(words.high, vaddl_high_u8(a, b));
  } else {
    const int8x16_t x = vreinterpretq_s8_u8(a);
    const int8x16_t y = vreinterpretq_s8_u8(b);
    words.low = vaddq_u16(words.low, vreinterpretq_u16_s16(vaddl_s8(vget_low_s8(x), vget_low_s8(y))));
    words.high = vaddq_u16(words.high, vreinterpretq_u16_s16(vaddl_high_s8(x, y)));
  }
}

template <bool kUnsigned>
inline void add_words(uint16x8_t words, int32x4_t& low, int32x4_t& high) {
  if constexpr (kUnsigned) {
    low = vreinterpretq_s32_u32(vaddw_u16(vreinterpretq_u32_s32(low), vget_low_u16(words)));
    high = vreinterpretq_s32_u32(vaddw_high_u16(vreinterpretq_u32_s32(high), words));
  } else {
    low = vaddw_s16(low, vget_low_s16(vreinterpretq_s16_u16(words)));
    high = vaddw_high_s16(high, vreinterpretq_s16_u16(words));
  }
}

template <bool kUnsigned>
inline void flush(Words& words, ChannelSums& sums) {
  add_words<kUnsigned>(words.low, sums.four[0], sums.four[1]);
  add_words<kUnsigned>(words.high, sums.four[2], sums.four[3]);
  words = {vdupq_n_u16(0), vdupq_n_u16(0)};
}

// Up to 256 positions (256 * 255 < 2^16) are added in 16 bits before their sums move to 32.
template <bool kUnsigned, bool kWhole>
inline ChannelSums sum_typed(const Positions& positions, std::int32_t count) {
  constexpr std::int64_t kMostPending = 256;
  const std::ptrdiff_t stride = positions.column_stride;
  const std::int32_t reading = kWhole ? kSumChannels : count;
  ChannelSums sums = {{vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)}};
  Words words = {vdupq_n_u16(0), vdupq_n_u16(0)};
  std::int64_t pending = 0;
  for (std::int64_t row = 0; row < positions.rows; ++row) {
    const std::uint8_t* from = positions.first + row * positions.row_stride;
    for (std::int64_t left = positions.columns; left > 0;) {
      if (pending == kMostPending) {
        flush<kUnsigned>(words, sums);
        pending = 0;
      }
      std::int64_t steps = left < kMostPending - pending ? left : kMostPending - pending;
      left -= steps;
      pending += steps;
      for (; steps >= 2; steps -= 2) {
        add_two<kUnsigned>(load_channels(from, reading), load_channels(from + stride, reading), words);
        from += 2 * stride;
      }
      if (steps == 1) {
        add_two<kUnsigned>(load_channels(from, reading), vdupq_n_u8(0), words);
        from += stride;
      }
    }
  }
  flush<kUnsigned>(words, sums);
  return sums;
}

// The sums of `count` (1 to 16) channels, as the raw integers of the type.
[[maybe_unused]] inline ChannelSums sum_channels(const Positions& positions, QType type, std::int32_t count) {
  if (count == kSumChannels) {
    return type == QType::kUint8 ? sum_typed<true, true>(positions, count)
                                 : sum_typed<false, true>(positions, count);
  }
  return type == QType::kUint8 ? sum_typed<true, false>(positions, count)
                               : sum_typed<false, false>(positions, count);
}

// Sixteen integers within the type, whose low bytes they are.
[[maybe_unused]] inline uint8x16_t low_bytes(const ChannelSums& values) {
  const int16x8_t low = vcombine_s16(vmovn_s32(values.four[0]), vmovn_s32(values.four[1]));
  const int16x8_t high = vcombine_s16(vmovn_s32(values.four[2]), vmovn_s32(values.four[3]));
  return vreinterpretq_u8_s8(vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
}

// Write the bytes [skip, reading) of a group.
[[maybe_unused]] inline void store_group(std::uint8_t* to, uint8x16_t bytes, const Group& group) {
  if (group.skip == 0 && group.reading == kSumChannels) {
    vst1q_u8(to, bytes);
    return;
  }
  std::uint8_t all[kSumChannels];
  vst1q_u8(all, bytes);
  for (std::int32_t i = group.skip; i < group.reading; ++i) to[i] = all[i];
}

}  // namespace
}  // namespace aiedge::kernels::neon
