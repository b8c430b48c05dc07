#include "kernels/depthwise_conv_2d.h"

#include <arm_neon.h>

#include "kernels/neon/requant.h"

namespace aiedge::kernels {
namespace {

// Eight channels at a time, from the input as it lies there: taps outside the image are left out. The last
// group of channels begins so that it ends with a pixel's last channel, and so does again what the group
// before has done; only of fewer than eight channels single bytes are read. With a channel multiplier, a
// table look-up spreads the input's channels over the output's.

constexpr std::int32_t kGroup = 8;
constexpr int kTilePixels = 4;

std::int32_t groups(const DepthwiseConv2DArgs& a) { return (a.out_c - 1) / kGroup + 1; }

std::int32_t first_channel(const DepthwiseConv2DArgs& a, std::int32_t group) {
  const std::int32_t last = a.out_c < kGroup ? 0 : a.out_c - kGroup;
  return group * std::int64_t{kGroup} < last ? group * kGroup : last;
}

// Packed block: for each group bias, scale, and each tap's weights as 16 bits.
std::int64_t group_bytes(const DepthwiseConv2DArgs& a) {
  const std::int64_t taps = std::int64_t{a.kernel_h} * a.kernel_w;
  return kGroup * (8 + 2 * taps);
}

// The input's channel that is read first for the outputs from `channel` on: eight can be read from there,
// where there are as many.
std::int32_t first_input(const DepthwiseConv2DArgs& a, std::int32_t channel) {
  const std::int32_t last = a.in_c < kGroup ? 0 : a.in_c - kGroup;
  const std::int32_t first = channel / a.multiplier;
  return first < last ? first : last;
}

std::size_t packed_bytes(const DepthwiseConv2DArgs& a) {
  return static_cast<std::size_t>(groups(a) * group_bytes(a));
}

std::int32_t weight_at(const DepthwiseConv2DArgs& a, std::int64_t tap, std::int32_t channel) {
  const std::int64_t index = tap * a.out_c + channel;
  const std::int32_t w = a.weight_type == QType::kUint8 ? static_cast<const std::uint8_t*>(a.weights)[index]
                                                        : static_cast<const std::int8_t*>(a.weights)[index];
  return w - a.weight_zero_point;
}

void pack(const DepthwiseConv2DArgs& a, void* packed) {
  const std::int64_t taps = std::int64_t{a.kernel_h} * a.kernel_w;
  for (std::int32_t group = 0; group < groups(a); ++group) {
    auto* bias = reinterpret_cast<std::int32_t*>(static_cast<std::uint8_t*>(packed) + group * group_bytes(a));
    auto* scale = reinterpret_cast<float*>(bias + kGroup);
    auto* weights = reinterpret_cast<std::int16_t*>(scale + kGroup);
    for (std::int32_t lane = 0; lane < kGroup; ++lane) {
      const std::int32_t channel = first_channel(a, group) + lane;
      const bool exists = channel < a.out_c;
      bias[lane] = exists ? a.bias[channel] : 0;
      scale[lane] = exists ? a.requant.scale[channel] : 0.0F;
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        weights[tap * kGroup + lane] = static_cast<std::int16_t>(exists ? weight_at(a, tap, channel) : 0);
      }
    }
  }
}

// A unit is one output row of one image.
std::int32_t units(const DepthwiseConv2DArgs& a) { return a.batch * a.out_h; }

// Taps of one axis, [begin, end), that lie inside the image for the window that begins at `start`.
struct Taps {
  std::int64_t begin, end;
};

Taps inside(std::int64_t start, std::int32_t size, std::int32_t dilation, std::int32_t kernel) {
  const std::int64_t begin = start < 0 ? (dilation - 1 - start) / dilation : 0;
  const std::int64_t limit = start < size ? (size - start + dilation - 1) / dilation : 0;
  const std::int64_t end = limit < kernel ? limit : kernel;
  return {begin, end < begin ? begin : end};
}

// The taps of neighbouring pixels that all have the same ones.
struct Window {
  const std::uint8_t* x;  // the first pixel's first channel under the first tap
  const std::int16_t* w;  // of that tap
  std::int64_t rows, columns;
  std::ptrdiff_t row_stride, column_stride, pixel_stride;  // bytes
  std::ptrdiff_t weight_row_stride;                        // weights
  std::int32_t readable;                                   // channels of the input, 1 to 8
  std::int32_t count;                                      // channels of the output, 1 to 8
  uint8x8_t spread;                                        // which of the bytes read belongs to each output
};

inline uint8x8_t load_bytes(const std::uint8_t* from, std::int32_t count) {
  if (count == kGroup) return vld1_u8(from);
  if (count == 1) return vld1_dup_u8(from);
  std::uint8_t bytes[kGroup] = {};
  for (std::int32_t i = 0; i < count; ++i) bytes[i] = from[i];
  return vld1_u8(bytes);
}

template <bool kUnsigned>
inline int16x8_t widen(uint8x8_t bytes, int16x8_t zero_point) {
  const int16x8_t words =
      kUnsigned ? vreinterpretq_s16_u16(vmovl_u8(bytes)) : vmovl_s8(vreinterpret_s8_u8(bytes));
  return vsubq_s16(words, zero_point);
}

template <bool kSpread>
inline uint8x8_t load_tap(const std::uint8_t* from, const Window& window) {
  const uint8x8_t bytes = load_bytes(from, window.readable);
  return kSpread ? vtbl1_u8(bytes, window.spread) : bytes;
}

template <bool kUnsigned, bool kSpread, int kPixels>
inline void add_taps(const Window& window, int16x8_t zero_point, int32x4_t (&sums)[kPixels][2]) {
  for (std::int64_t row = 0; row < window.rows; ++row) {
    const std::uint8_t* x = window.x + row * window.row_stride;
    const std::int16_t* w = window.w + row * window.weight_row_stride;
    for (std::int64_t column = 0; column < window.columns; ++column) {
      const int16x8_t weights = vld1q_s16(w);
#pragma GCC unroll 8
      for (int p = 0; p < kPixels; ++p) {
        const int16x8_t words =
            widen<kUnsigned>(load_tap<kSpread>(x + p * window.pixel_stride, window), zero_point);
        sums[p][0] = vmlal_s16(sums[p][0], vget_low_s16(words), vget_low_s16(weights));
        sums[p][1] = vmlal_high_s16(sums[p][1], words, weights);
      }
      x += window.column_stride;
      w += kGroup;
    }
  }
}

// One group of channels of kPixels neighbouring pixels.
template <bool kUnsigned, bool kSpread, int kPixels>
void tile(const DepthwiseConv2DArgs& a, const Window& window, const void* record,
          const neon::Rounding& rounding, std::uint8_t* to) {
  const auto* bias = static_cast<const std::int32_t*>(record);
  const auto* scale = reinterpret_cast<const float*>(bias + kGroup);
  int32x4_t sums[kPixels][2];
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) {
    sums[p][0] = vld1q_s32(bias);
    sums[p][1] = vld1q_s32(bias + 4);
  }
  add_taps<kUnsigned, kSpread>(window, vdupq_n_s16(static_cast<std::int16_t>(a.input_zero_point)), sums);
#pragma GCC unroll 8
  for (int p = 0; p < kPixels; ++p) {
    neon::store_bytes(to + std::ptrdiff_t{p} * a.out_c, neon::narrow(sums[p][0], sums[p][1], scale, rounding),
                      window.count);
  }
}

// Beyond the last channel there is no output; it reads what the last one reads.
uint8x8_t spread_at(const DepthwiseConv2DArgs& a, std::int32_t channel) {
  std::uint8_t index[kGroup];
  for (std::int32_t lane = 0; lane < kGroup; ++lane) {
    const std::int32_t output = channel + lane < a.out_c ? channel + lane : a.out_c - 1;
    index[lane] = static_cast<std::uint8_t>(output / a.multiplier - first_input(a, channel));
  }
  return vld1_u8(index);
}

template <bool kUnsigned, bool kSpread>
void output_row(const DepthwiseConv2DArgs& a, const std::uint8_t* image, const void* packed, std::int32_t oy,
                const neon::Rounding& rounding, std::uint8_t* output) {
  const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
  const Taps ky = inside(top, a.in_h, a.dilation_h, a.kernel_h);
  const std::int64_t row_bytes = std::int64_t{a.in_w} * a.in_c;
  for (std::int32_t group = 0; group < groups(a); ++group) {
    const std::int32_t channel = first_channel(a, group);
    const std::int32_t input = first_input(a, channel);
    const uint8x8_t spread = spread_at(a, channel);
    const std::uint8_t* record = static_cast<const std::uint8_t*>(packed) + group * group_bytes(a);
    const auto* weights = reinterpret_cast<const std::int16_t*>(record + kGroup * 8);
    std::int32_t ox = 0;
    while (ox < a.out_w) {
      const std::int64_t left = std::int64_t{ox} * a.stride_w - a.pad_left;
      const Taps kx = inside(left, a.in_w, a.dilation_w, a.kernel_w);
      const std::int64_t last_tap =
          left + std::int64_t{kTilePixels - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w;
      const bool whole = left >= 0 && last_tap < a.in_w && a.out_w - ox >= kTilePixels;
      const bool empty = ky.begin == ky.end || kx.begin == kx.end;
      const std::int64_t offset =
          (top + ky.begin * a.dilation_h) * row_bytes + (left + kx.begin * a.dilation_w) * a.in_c + input;
      const Window window = {
          .x = empty ? image : image + offset,
          .w = weights + (ky.begin * a.kernel_w + kx.begin) * kGroup,
          .rows = empty ? 0 : ky.end - ky.begin,
          .columns = kx.end - kx.begin,
          .row_stride = a.dilation_h * row_bytes,
          .column_stride = std::ptrdiff_t{a.dilation_w} * a.in_c,
          .pixel_stride = std::ptrdiff_t{a.stride_w} * a.in_c,
          .weight_row_stride = std::ptrdiff_t{a.kernel_w} * kGroup,
          .readable = a.in_c < kGroup ? a.in_c : kGroup,
          .count = a.out_c < kGroup ? a.out_c : kGroup,
          .spread = spread,
      };
      std::uint8_t* to = output + std::ptrdiff_t{ox} * a.out_c + channel;
      if (whole) {
        tile<kUnsigned, kSpread, kTilePixels>(a, window, record, rounding, to);
      } else {
        tile<kUnsigned, kSpread, 1>(a, window, record, rounding, to);
      }
      ox += whole ? kTilePixels : 1;
    }
  }
}

auto rows_of(const DepthwiseConv2DArgs& a) {
  if (a.multiplier == 1) return a.type == QType::kUint8 ? output_row<true, false> : output_row<false, false>;
  return a.type == QType::kUint8 ? output_row<true, true> : output_row<false, true>;
}

void run(const DepthwiseConv2DArgs& a, const Work& work) {
  const neon::Rounding rounding = neon::make_rounding(a.requant);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::uint8_t* image = input + std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.in_c;
    std::uint8_t* row = output + std::ptrdiff_t{unit} * a.out_w * a.out_c;
    rows_of(a)(a, image, work.packed, unit % a.out_h, rounding, row);
  }
}

}  // namespace

const Kernel<DepthwiseConv2DArgs> depthwise_conv_2d_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = nullptr,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
