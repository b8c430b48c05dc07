// Tiles of sums for the float kernels: up to four rows of x (pixels) times 16 output channels. Every sum runs
// in the order of its contract; what runs side by side are the sums. For files of this folder only; all of it
// has internal linkage.
//
// A panel holds the weights of 16 output channels: 16 values of the bias, then 16 weights for each element of
// the sum. Channels that there are not have zeros.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "kernels/neon/float_vector.h"

namespace aiedge::kernels::neon {
namespace {

constexpr std::int32_t kPanel = 16;    // output channels
constexpr std::int32_t kTileRows = 4;  // sixteen sums and four weights, of 32 registers
constexpr std::int32_t kGroup = 4;     // panels that a single row is multiplied with at once
constexpr std::int32_t kVectors = 4;   // of a panel

[[maybe_unused]] inline std::int32_t panels_of(std::int32_t channels) { return (channels - 1) / kPanel + 1; }

[[maybe_unused]] inline std::int64_t panel_floats(std::int64_t depth) { return (depth + 1) * kPanel; }

[[maybe_unused]] inline std::size_t panels_bytes(std::int32_t channels, std::int64_t depth) {
  return static_cast<std::size_t>(panels_of(channels) * panel_floats(depth)) * sizeof(float);
}

// Weights (channels, depth) and their bias, as panels.
[[maybe_unused]] inline void pack_panels(const float* weights, const float* bias, std::int32_t channels,
                                         std::int64_t depth, float* packed) {
  for (std::int32_t first = 0; first < channels; first += kPanel) {
    for (std::int64_t k = -1; k < depth; ++k) {
      for (std::int32_t o = first; o < first + kPanel; ++o) {
        float value = 0.0F;
        if (o < channels) value = k < 0 ? bias[o] : weights[o * depth + k];
        *packed++ = value;
      }
    }
  }
}

// Which elements of the sum there are: those of a window's taps that lie inside the image.
struct Taps {
  std::int64_t row_begin, row_end;        // kernel rows
  std::int64_t column_begin, column_end;  // kernel columns
  std::int64_t columns;                   // of the kernel
  std::int64_t length;                    // elements of a tap
  std::int64_t row_step, column_step;     // in x, in elements
  bool joined;                            // a row's taps lie side by side in x
};

// All of a row of `depth` elements.
[[maybe_unused]] inline Taps all_of(std::int64_t depth) {
  return {.row_begin = 0,
          .row_end = 1,
          .column_begin = 0,
          .column_end = 1,
          .columns = 1,
          .length = depth,
          .row_step = 0,
          .column_step = 0,
          .joined = true};
}

// What a tile reads and writes. `x` is the place of the first row's first tap, which may lie outside.
struct Tile {
  const float* image;
  std::int64_t x, x_step;  // to the next row
  const float* panel;
  float* y;
  std::int64_t y_step;
  std::int32_t channels;  // of the panel, 1 to 16
};

// `add(x, weights, length)` for each run of elements, in order: a place in the image and one in the panel.
template <typename Add>
inline void for_each_run(const Taps& taps, std::int64_t x, Add add) {
  const std::int64_t count = taps.column_end - taps.column_begin;
  for (std::int64_t row = taps.row_begin; row < taps.row_end; ++row) {
    const std::int64_t at = x + row * taps.row_step + taps.column_begin * taps.column_step;
    const std::int64_t first = (row * taps.columns + taps.column_begin) * taps.length;
    if (taps.joined) {
      add(at, (first + 1) * kPanel, count * taps.length);
    } else {
      for (std::int64_t i = 0; i < count; ++i)
        add(at + i * taps.column_step, (first + i * taps.length + 1) * kPanel, taps.length);
    }
  }
}

[[maybe_unused]] inline void store_channels(float* y, const float32x4_t* sums, std::int32_t channels) {
  for (int v = 0; v < kVectors && v * kFloats < channels; ++v)
    store_some(y + v * kFloats, channels - v * kFloats, sums[v]);
}

// kRows rows times one panel.
template <int kRows>
void multiply_rows(const Taps& taps, const Tile& tile) {
  float32x4_t sums[kRows][kVectors];
  for (int r = 0; r < kRows; ++r) {
    for (int v = 0; v < kVectors; ++v) sums[r][v] = vld1q_f32(tile.panel + v * kFloats);
  }
  for_each_run(taps, tile.x, [&](std::int64_t at, std::int64_t first, std::int64_t length) {
    const float* x = tile.image + at;
    const float* w = tile.panel + first;
    for (std::int64_t k = 0; k < length; ++k) {
      float32x4_t weights[kVectors];
      for (int v = 0; v < kVectors; ++v) weights[v] = vld1q_f32(w + k * kPanel + v * kFloats);
#pragma GCC unroll 4
      for (int r = 0; r < kRows; ++r) {
        const float value = one_float(x + r * tile.x_step + k);
        for (int v = 0; v < kVectors; ++v) sums[r][v] = vaddq_f32(sums[r][v], vmulq_n_f32(weights[v], value));
      }
    }
  });
  for (int r = 0; r < kRows; ++r) store_channels(tile.y + r * tile.y_step, sums[r], tile.channels);
}

// One row times kPanels panels, which follow each other; `tile.channels` are those of all.
template <int kPanels>
void multiply_row(const Taps& taps, const Tile& tile, std::int64_t panel_step) {
  float32x4_t sums[kPanels][kVectors];
  for (int p = 0; p < kPanels; ++p) {
    for (int v = 0; v < kVectors; ++v) sums[p][v] = vld1q_f32(tile.panel + p * panel_step + v * kFloats);
  }
  for_each_run(taps, tile.x, [&](std::int64_t at, std::int64_t first, std::int64_t length) {
    const float* x = tile.image + at;
    const float* w = tile.panel + first;
    for (std::int64_t k = 0; k < length; ++k) {
      const float value = one_float(x + k);
#pragma GCC unroll 4
      for (int p = 0; p < kPanels; ++p) {
        for (int v = 0; v < kVectors; ++v) {
          const float32x4_t weights = vld1q_f32(w + p * panel_step + k * kPanel + v * kFloats);
          sums[p][v] = vaddq_f32(sums[p][v], vmulq_n_f32(weights, value));
        }
      }
    }
  });
  for (int p = 0; p < kPanels; ++p) store_channels(tile.y + p * kPanel, sums[p], tile.channels - p * kPanel);
}

[[maybe_unused]] inline void multiply_rows(std::int64_t rows, const Taps& taps, const Tile& tile) {
  switch (rows) {
    case 1:
      return multiply_rows<1>(taps, tile);
    case 2:
      return multiply_rows<2>(taps, tile);
    case 3:
      return multiply_rows<3>(taps, tile);
    default:
      return multiply_rows<4>(taps, tile);
  }
}

// `rows` rows times `panels` (at most kGroup) panels, whose channels `tile.channels` are.
[[maybe_unused]] inline void multiply(const Taps& taps, Tile tile, std::int64_t rows, std::int32_t panels,
                                      std::int64_t panel_step) {
  if (rows == 1) {
    switch (panels) {
      case 1:
        return multiply_row<1>(taps, tile, panel_step);
      case 2:
        return multiply_row<2>(taps, tile, panel_step);
      case 3:
        return multiply_row<3>(taps, tile, panel_step);
      default:
        return multiply_row<4>(taps, tile, panel_step);
    }
  }
  // Tiles of about equal height.
  const std::int64_t tiles = (rows + kTileRows - 1) / kTileRows;
  const Tile first = tile;
  for (std::int32_t p = 0; p < panels; ++p) {
    tile.panel = first.panel + p * panel_step;
    tile.channels = first.channels - p * kPanel;
    for (std::int64_t t = 0; t < tiles; ++t) {
      const std::int64_t begin = rows * t / tiles;
      tile.x = first.x + begin * first.x_step;
      tile.y = first.y + begin * first.y_step + p * kPanel;
      const std::int64_t count = rows * (t + 1) / tiles - begin;
      multiply_rows(count, taps, tile);
    }
  }
}

}  // namespace
}  // namespace aiedge::kernels::neon
