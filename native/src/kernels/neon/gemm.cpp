#include "kernels/neon/gemm.h"

#include <arm_neon.h>

#include "kernels/neon/requant.h"

namespace aiedge::kernels::neon {
namespace {

// Packed block: bias and scale of all channels, padded to whole panels, then the panels. A panel is, for each
// group of neighbouring activations, that group's weights of each channel. Weights beyond the last activation
// or channel are zero.

std::int64_t panels(const GemmShape& shape) {
  return (std::int64_t{shape.out_c} + kPanelChannels - 1) / kPanelChannels;
}

std::int64_t blocks(const GemmShape& shape) { return (shape.depth + kBlock - 1) / kBlock; }

std::int64_t row_bytes(const GemmShape& shape) { return blocks(shape) * kBlock; }

std::int64_t panel_bytes(const GemmShape& shape) { return row_bytes(shape) * kPanelChannels; }

std::int64_t header_bytes(const GemmShape& shape) {
  return panels(shape) * kPanelChannels * static_cast<std::int64_t>(sizeof(std::int32_t) + sizeof(float));
}

// With few rows the threads share the panels, and each of them gathers all rows.
bool split_by_panels(const GemmShape& shape) { return shape.rows < 8 * kTileRows; }

// Rows that are gathered at a time, whole tiles: about half of a first-level cache.
std::int64_t chunk_rows(const GemmShape& shape) {
  constexpr std::int64_t kChunkBytes = 16384;
  constexpr std::int64_t kMostTiles = 8;
  std::int64_t tiles = kChunkBytes / row_bytes(shape) / kTileRows;
  if (tiles < 1) tiles = 1;
  if (tiles > kMostTiles) tiles = kMostTiles;
  const std::int64_t needed = (shape.rows + kTileRows - 1) / kTileRows;
  return (tiles < needed ? tiles : needed) * kTileRows;
}

std::int32_t lowered(QType type, std::int32_t value) { return type == QType::kUint8 ? value - 128 : value; }

std::int32_t weight_at(const GemmShape& shape, const void* weights, std::int64_t index) {
  return shape.weight_type == QType::kUint8 ? static_cast<const std::uint8_t*>(weights)[index] - 128
                                            : static_cast<const std::int8_t*>(weights)[index];
}

std::int32_t packed_bias(const GemmShape& shape, const void* weights, std::int64_t channel,
                         std::int32_t bias) {
  const std::int32_t zero_x = lowered(shape.type, shape.input_zero_point);
  const std::int32_t zero_w = lowered(shape.weight_type, shape.weight_zero_point);
  auto sum = static_cast<std::uint32_t>(bias);
  for (std::int64_t k = 0; k < shape.depth; ++k) {
    const std::int32_t w = weight_at(shape, weights, channel * shape.depth + k) - zero_w;
    sum -= static_cast<std::uint32_t>(zero_x * w);
  }
  return static_cast<std::int32_t>(sum);
}

// Make int8 of a gathered row, and zero what follows it up to a whole block.
void finish_row(const GemmShape& shape, std::uint8_t* row) {
  const std::int64_t depth = shape.depth;
  const std::int64_t bytes = row_bytes(shape);
  __builtin_memset(row + depth, 0, static_cast<std::size_t>(bytes - depth));
  if (shape.type == QType::kInt8) return;
  const uint8x16_t flip = vdupq_n_u8(0x80);
  for (std::int64_t k = 0; k < bytes; k += kBlock) vst1q_u8(row + k, veorq_u8(vld1q_u8(row + k), flip));
}

// zw times the sum of a row's activations, modulo 2^32.
std::int32_t row_correction(const GemmShape& shape, std::int32_t zero_w, const std::int8_t* row) {
  std::uint32_t sum = 0;
  for (std::int64_t k = 0; k < shape.depth; ++k) sum += static_cast<std::uint32_t>(std::int32_t{row[k]});
  return static_cast<std::int32_t>(sum * static_cast<std::uint32_t>(zero_w));
}

struct Chunk {
  const std::int8_t* rows;
  const std::int32_t* corrections;
  std::int64_t count;
  std::uint8_t* output;  // the first row's first channel
};

void multiply_panel(const GemmShape& shape, const Multiplier& with, const void* packed, std::int64_t panel,
                    const Rounding& rounding, const Chunk& chunk) {
  const auto* bias = static_cast<const std::int32_t*>(packed) + panel * kPanelChannels;
  const auto* scale = static_cast<const float*>(packed) + (panels(shape) + panel) * kPanelChannels;
  const auto* weights =
      static_cast<const std::int8_t*>(packed) + header_bytes(shape) + panel * panel_bytes(shape);
  const int32x4_t bias_first = vld1q_s32(bias);
  const int32x4_t bias_second = vld1q_s32(bias + 4);
  const std::int64_t left = shape.out_c - panel * kPanelChannels;
  const std::int32_t channels = left < kPanelChannels ? static_cast<std::int32_t>(left) : kPanelChannels;
  std::int32_t sums[kTileRows * kPanelChannels];
  for (std::int64_t row = 0; row < chunk.count; row += kTileRows) {
    const std::int64_t rows = chunk.count - row < kTileRows ? chunk.count - row : kTileRows;
    with.multiply({
        .x = chunk.rows + row * row_bytes(shape),
        .w = weights,
        .blocks = blocks(shape),
        .rows = static_cast<std::int32_t>(rows),
        .sums = sums,
    });
    for (std::int64_t r = 0; r < rows; ++r) {
      const int32x4_t correction = vdupq_n_s32(chunk.corrections[row + r]);
      const std::int32_t* from = sums + r * kPanelChannels;
      const int32x4_t first = vsubq_s32(vaddq_s32(vld1q_s32(from), bias_first), correction);
      const int32x4_t second = vsubq_s32(vaddq_s32(vld1q_s32(from + 4), bias_second), correction);
      store_bytes(chunk.output + (row + r) * shape.out_c + panel * kPanelChannels,
                  narrow(first, second, scale, rounding), channels);
    }
  }
}

}  // namespace

std::size_t gemm_packed_bytes(const GemmShape& shape) {
  return static_cast<std::size_t>(header_bytes(shape) + panels(shape) * panel_bytes(shape));
}

void gemm_pack(const GemmShape& shape, std::int32_t group, const void* weights, const std::int32_t* bias,
               const float* scale, void* packed) {
  const std::int64_t channels = panels(shape) * kPanelChannels;
  auto* to_bias = static_cast<std::int32_t*>(packed);
  auto* to_scale = reinterpret_cast<float*>(to_bias + channels);
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    const bool exists = channel < shape.out_c;
    to_bias[channel] = exists ? packed_bias(shape, weights, channel, bias[channel]) : 0;
    to_scale[channel] = exists ? scale[channel] : 0.0F;
  }
  auto* to = static_cast<std::int8_t*>(packed) + header_bytes(shape);
  for (std::int64_t first = 0; first < channels; first += kPanelChannels) {
    for (std::int64_t k = 0; k < row_bytes(shape); k += group) {
      for (std::int64_t channel = first; channel < first + kPanelChannels; ++channel) {
        for (std::int64_t i = k; i < k + group; ++i) {
          const bool exists = channel < shape.out_c && i < shape.depth;
          *to++ = static_cast<std::int8_t>(exists ? weight_at(shape, weights, channel * shape.depth + i) : 0);
        }
      }
    }
  }
}

std::size_t gemm_scratch_bytes(const GemmShape& shape) {
  return static_cast<std::size_t>(chunk_rows(shape) *
                                  (row_bytes(shape) + static_cast<std::int64_t>(sizeof(std::int32_t))));
}

std::int32_t gemm_units(const GemmShape& shape) {
  const std::int64_t tiles = (shape.rows + kTileRows - 1) / kTileRows;
  return static_cast<std::int32_t>(split_by_panels(shape) ? panels(shape) : tiles);
}

void gemm_run(const GemmShape& shape, const Multiplier& with, Gather gather, const void* context,
              const Requant& requant, const Work& work) {
  const bool by_panels = split_by_panels(shape);
  const std::int64_t panel_begin = by_panels ? work.begin : 0;
  const std::int64_t panel_end = by_panels ? work.end : panels(shape);
  const std::int64_t begin = by_panels ? 0 : std::int64_t{work.begin} * kTileRows;
  std::int64_t end = by_panels ? shape.rows : std::int64_t{work.end} * kTileRows;
  if (end > shape.rows) end = shape.rows;
  const Rounding rounding = make_rounding(requant);
  const std::int32_t zero_w = lowered(shape.weight_type, shape.weight_zero_point);
  const std::int64_t most = chunk_rows(shape);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* rows = static_cast<std::uint8_t*>(work.scratch);
  auto* corrections = reinterpret_cast<std::int32_t*>(rows + most * row_bytes(shape));
  for (std::int64_t first = begin; first < end; first += most) {
    const std::int64_t count = end - first < most ? end - first : most;
    for (std::int64_t i = 0; i < count; ++i) {
      std::uint8_t* row = rows + i * row_bytes(shape);
      gather(context, input, first + i, row);
      finish_row(shape, row);
      corrections[i] =
          zero_w == 0 ? 0 : row_correction(shape, zero_w, reinterpret_cast<const std::int8_t*>(row));
    }
    const Chunk chunk = {
        .rows = reinterpret_cast<const std::int8_t*>(rows),
        .corrections = corrections,
        .count = count,
        .output = static_cast<std::uint8_t*>(work.output) + first * shape.out_c,
    };
    for (std::int64_t panel = panel_begin; panel < panel_end; ++panel) {
      multiply_panel(shape, with, work.packed, panel, rounding, chunk);
    }
  }
}

}  // namespace aiedge::kernels::neon
