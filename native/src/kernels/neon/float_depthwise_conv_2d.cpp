#include "kernels/float_depthwise_conv_2d.h"

#include <arm_neon.h>

#include "kernels/neon/float_vector.h"
#include "kernels/neon/float_window.h"

namespace aiedge::kernels {
namespace {

// Weights are packed in blocks of 16 channels: their bias, then for each tap their weights; channels that
// there are not have zeros.
constexpr std::int32_t kBlock = 16;
constexpr std::int32_t kPixels = 4;  // of a tile
constexpr std::int32_t kVectors = 4;

bool supports(const FloatDepthwiseConv2DArgs& a) { return a.multiplier == 1; }

std::int64_t taps_of(const FloatDepthwiseConv2DArgs& a) { return std::int64_t{a.kernel_h} * a.kernel_w; }

std::int32_t blocks_of(const FloatDepthwiseConv2DArgs& a) { return (a.out_c - 1) / kBlock + 1; }

std::size_t packed_bytes(const FloatDepthwiseConv2DArgs& a) {
  return static_cast<std::size_t>(blocks_of(a) * (taps_of(a) + 1)) * kBlock * sizeof(float);
}

void pack(const FloatDepthwiseConv2DArgs& a, void* packed) {
  auto* to = static_cast<float*>(packed);
  for (std::int32_t first = 0; first < blocks_of(a) * kBlock; first += kBlock) {
    for (std::int64_t tap = -1; tap < taps_of(a); ++tap) {
      for (std::int32_t o = first; o < first + kBlock; ++o) {
        float value = 0.0F;
        if (o < a.out_c) value = tap < 0 ? a.bias[o] : a.weights[tap * a.out_c + o];
        *to++ = value;
      }
    }
  }
}

// What the pixels of a tile have in common.
struct Tile {
  const float* image;
  const float* weights;        // of the block
  neon::Inside rows, columns;  // the taps
  std::int64_t x;              // the place of the first pixel's first tap, which may lie outside
  std::int64_t x_step, y_step;
  std::int64_t row_step, column_step, kernel_w;
  std::int32_t channels;  // of the block, 1 to 16
  float* y;
};

// A block's loads and stores: whole, or as far as there are channels.
struct Whole {
  explicit Whole(std::int32_t /*channels*/) {}
  [[nodiscard]] float32x4_t load(const float* from, int v) const {
    return vld1q_f32(from + v * neon::kFloats);
  }
  void store(float* to, int v, float32x4_t value) const { vst1q_f32(to + v * neon::kFloats, value); }
};

struct Part {
  std::int32_t channels;

  explicit Part(std::int32_t count) : channels(count) {}
  [[nodiscard]] float32x4_t load(const float* from, int v) const {
    return neon::load_some(from + v * neon::kFloats, channels - v * neon::kFloats);
  }
  void store(float* to, int v, float32x4_t value) const {
    neon::store_some(to + v * neon::kFloats, channels - v * neon::kFloats, value);
  }
};

template <int kCount, typename Access>
void tile_of(const Tile& tile) {
  const Access access(tile.channels);
  float32x4_t sums[kCount][kVectors];
  for (int p = 0; p < kCount; ++p) {
    for (int v = 0; v < kVectors; ++v) sums[p][v] = vld1q_f32(tile.weights + v * neon::kFloats);
  }
  for (std::int64_t ky = tile.rows.begin; ky < tile.rows.end; ++ky) {
    for (std::int64_t kx = tile.columns.begin; kx < tile.columns.end; ++kx) {
      const float* x = tile.image + tile.x + ky * tile.row_step + kx * tile.column_step;
      const float* w = tile.weights + (ky * tile.kernel_w + kx + 1) * kBlock;
      for (int v = 0; v < kVectors; ++v) {
        const float32x4_t weights = vld1q_f32(w + v * neon::kFloats);
#pragma GCC unroll 4
        for (int p = 0; p < kCount; ++p) {
          const float32x4_t product = vmulq_f32(access.load(x + p * tile.x_step, v), weights);
          sums[p][v] = vaddq_f32(sums[p][v], product);
        }
      }
    }
  }
  for (int p = 0; p < kCount; ++p) {
    for (int v = 0; v < kVectors; ++v) access.store(tile.y + p * tile.y_step, v, sums[p][v]);
  }
}

template <typename Access>
void pixels_of(Tile tile, std::int64_t count) {
  for (; count >= kPixels; count -= kPixels) {
    tile_of<kPixels, Access>(tile);
    tile.x += kPixels * tile.x_step;
    tile.y += kPixels * tile.y_step;
  }
  for (; count > 0; --count) {
    tile_of<1, Access>(tile);
    tile.x += tile.x_step;
    tile.y += tile.y_step;
  }
}

void pixels(const Tile& tile, std::int64_t count) {
  if (tile.channels >= kBlock) {
    pixels_of<Whole>(tile, count);
  } else {
    pixels_of<Part>(tile, count);
  }
}

// The block's channels of an output row; `tile` has what all its pixels have in common.
void row(const FloatDepthwiseConv2DArgs& a, Tile tile, std::int64_t top) {
  const std::int64_t line = std::int64_t{a.in_w} * a.in_c;
  const neon::Inside whole = neon::whole_columns(a);
  const std::int64_t x = tile.x + top * line;
  float* const y = tile.y;
  const auto place = [&](std::int64_t ox) {
    tile.x = x + (ox * a.stride_w - a.pad_left) * a.in_c;
    tile.y = y + ox * a.out_c;
    tile.columns = neon::taps_inside(ox * a.stride_w - a.pad_left, a.kernel_w, a.dilation_w, a.in_w);
  };
  for (std::int64_t ox = 0; ox < a.out_w; ++ox) {
    place(ox);
    const bool inner = ox == whole.begin && whole.begin < whole.end;
    pixels(tile, inner ? whole.end - whole.begin : 1);
    if (inner) ox = whole.end - 1;
  }
}

// A unit is one output row of one image.
std::int32_t units(const FloatDepthwiseConv2DArgs& a) { return a.batch * a.out_h; }

void run(const FloatDepthwiseConv2DArgs& a, const Work& work) {
  const std::int64_t line = std::int64_t{a.in_w} * a.in_c;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t image = unit / a.out_h;
    const std::int64_t top = std::int64_t{unit % a.out_h} * a.stride_h - a.pad_top;
    for (std::int32_t block = 0; block < blocks_of(a); ++block) {
      const Tile tile = {
          .image = static_cast<const float*>(work.input[0]) + image * a.in_h * line,
          .weights = static_cast<const float*>(work.packed) + block * (taps_of(a) + 1) * kBlock,
          .rows = neon::taps_inside(top, a.kernel_h, a.dilation_h, a.in_h),
          .columns = {0, 0},
          .x = std::int64_t{block} * kBlock,
          .x_step = std::int64_t{a.stride_w} * a.in_c,
          .y_step = a.out_c,
          .row_step = a.dilation_h * line,
          .column_step = std::int64_t{a.dilation_w} * a.in_c,
          .kernel_w = a.kernel_w,
          .channels = a.out_c - block * kBlock,
          .y = static_cast<float*>(work.output) + std::int64_t{unit} * a.out_w * a.out_c + block * kBlock,
      };
      row(a, tile, top);
    }
  }
}

}  // namespace

const Kernel<FloatDepthwiseConv2DArgs> float_depthwise_conv_2d_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = supports,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
