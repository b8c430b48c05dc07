#include "kernels/avx2/gemm.h"

#include "kernels/avx2/gemm_tiles.h"
#include "kernels/avx2/requant.h"
#include "kernels/avx2/rows.h"

namespace aiedge::kernels::avx2 {
namespace {

// Packed block: bias and scale of all channels, padded to whole groups of 16 and in the order of requant.h,
// then the panels. A panel has 16 channels, the last one 8 when that is enough; in it, for each segment and
// each pair of activations, first the pairs of lanes 0 to 7, then of 8 to 15.

std::int64_t padded_channels(const GemmShape& shape) {
  return (std::int64_t{shape.out_c} + kPanelChannels - 1) / kPanelChannels * kPanelChannels;
}

std::int64_t segment_pairs(const GemmShape& shape) { return (std::int64_t{shape.segment_length} + 1) / 2; }

// Bytes of one vector of weights: a pair each for eight channels.
std::int64_t vector_bytes(const GemmShape& shape) { return shape.wide ? 32 : 16; }

// Vectors of a panel that begins with `channel`: 1 or 2.
std::int32_t panel_vectors(const GemmShape& shape, std::int32_t channel) {
  return shape.out_c - channel <= 8 ? 1 : 2;
}

std::int64_t full_panel_bytes(const GemmShape& shape) {
  return 2 * vector_bytes(shape) * segment_pairs(shape) * shape.segments;
}

std::int64_t header_bytes(const GemmShape& shape) {
  return padded_channels(shape) * static_cast<std::int64_t>(sizeof(std::int32_t) + sizeof(float));
}

// A half panel holds channels 0 to 7 in one vector in their order; a full one the order of requant.h.
std::int32_t panel_channel(std::int32_t vectors, std::int32_t lane) {
  return vectors == 1 ? lane : channel_of_lane(lane);
}

// The weights of the panel that begins with channel `first`: for each segment and pair of activations, a pair
// for each lane. A channel that does not exist, and what is behind a segment's end, is 0.
template <typename Weight, typename Packed>
void pack_panel(const GemmShape& shape, const void* weights, std::int32_t zero_point, std::int32_t first,
                std::int32_t vectors, void* packed) {
  const std::int64_t length = shape.segment_length;
  const std::int32_t lanes = vectors * 8;
  const Weight* rows[kPanelChannels] = {};
  for (std::int32_t lane = 0; lane < lanes; ++lane) {
    const std::int64_t channel = first + panel_channel(vectors, lane);
    if (channel < shape.out_c)
      rows[lane] = static_cast<const Weight*>(weights) + channel * shape.segments * length;
  }
  auto* to = static_cast<Packed*>(packed);
  for (std::int32_t segment = 0; segment < shape.segments; ++segment) {
    for (std::int64_t k = 0; k < length; k += 2) {
      for (std::int32_t lane = 0; lane < lanes; ++lane) {
        const Weight* pair = rows[lane] == nullptr ? nullptr : rows[lane] + segment * length + k;
        *to++ = static_cast<Packed>(pair == nullptr ? 0 : pair[0] - zero_point);
        *to++ = static_cast<Packed>(pair == nullptr || k + 1 == length ? 0 : pair[1] - zero_point);
      }
    }
  }
}

// From so many rows on, widening a panel's weights first costs less than widening them for each tile.
constexpr std::int32_t kRowsWorthWidening = 24;

// A dense product with few rows is split over panels (each thread widens all rows), else over tiles of rows.
bool split_by_panels(const DenseShape& shape) { return shape.rows < 16 * kTileRows; }

std::int32_t tiles_of(std::int64_t rows) {
  return static_cast<std::int32_t>((rows + kTileRows - 1) / kTileRows);
}

// Rows that are widened at a time: about half of a first-level cache, but enough that a panel is worth
// fetching.
std::int32_t chunk_rows(const DenseShape& shape) {
  constexpr std::int64_t kChunkBytes = 16384;
  constexpr std::int64_t kLeastTiles = 8;
  const std::int64_t row_bytes = std::int64_t{shape.gemm.segment_length} * 2;
  std::int64_t tiles = kChunkBytes / row_bytes / kTileRows;
  if (tiles < kLeastTiles) tiles = kLeastTiles;
  const std::int64_t rows = tiles * kTileRows;
  return static_cast<std::int32_t>(rows < shape.rows ? rows : shape.rows);
}

std::int64_t activations_bytes(const DenseShape& shape) {
  // One activation more, for a row of odd length.
  const std::int64_t elements = std::int64_t{chunk_rows(shape)} * shape.gemm.segment_length + 1;
  return (elements * static_cast<std::int64_t>(sizeof(std::int16_t)) + 63) / 64 * 64;
}

}  // namespace

bool needs_wide_weights(QType weight_type, std::int32_t weight_zero_point) {
  return weight_type != QType::kInt8 || weight_zero_point != 0;
}

std::int32_t gemm_panels(const GemmShape& shape) {
  return static_cast<std::int32_t>(padded_channels(shape) / kPanelChannels);
}

std::int64_t gemm_panel_space_bytes(const GemmShape& shape, std::int64_t rows) {
  return shape.wide || rows < kRowsWorthWidening ? 0 : 2 * full_panel_bytes(shape);
}

std::size_t gemm_packed_bytes(const GemmShape& shape) {
  const std::int32_t last = (gemm_panels(shape) - 1) * kPanelChannels;
  const std::int64_t last_bytes = full_panel_bytes(shape) / 2 * panel_vectors(shape, last);
  return static_cast<std::size_t>(header_bytes(shape) + (gemm_panels(shape) - 1) * full_panel_bytes(shape) +
                                  last_bytes);
}

void gemm_pack(const GemmShape& shape, const void* weights, QType weight_type, std::int32_t weight_zero_point,
               const std::int32_t* bias, const float* scale, void* packed) {
  const std::int64_t channels = padded_channels(shape);
  auto* packed_bias = static_cast<std::int32_t*>(packed);
  auto* packed_scale = reinterpret_cast<float*>(packed_bias + channels);
  auto* to = reinterpret_cast<std::int8_t*>(packed_scale + channels);
  for (std::int32_t first = 0; first < channels; first += kPanelChannels) {
    const std::int32_t vectors = panel_vectors(shape, first);
    for (std::int32_t lane = 0; lane < kPanelChannels; ++lane) {
      const std::int32_t channel = first + panel_channel(vectors, lane);
      *packed_bias++ = channel < shape.out_c ? bias[channel] : 0;
      *packed_scale++ = channel < shape.out_c ? scale[channel] : 0.0F;
    }
    if (!shape.wide) {
      pack_panel<std::int8_t, std::int8_t>(shape, weights, 0, first, vectors, to);
    } else if (weight_type == QType::kUint8) {
      pack_panel<std::uint8_t, std::int16_t>(shape, weights, weight_zero_point, first, vectors, to);
    } else {
      pack_panel<std::int8_t, std::int16_t>(shape, weights, weight_zero_point, first, vectors, to);
    }
    to += full_panel_bytes(shape) / 2 * vectors;
  }
}

void gemm_run(const GemmShape& shape, const void* packed, const Requant& requant, QType type,
              std::int32_t panel_begin, std::int32_t panel_end, const GemmRows& rows) {
  const std::int64_t channels = padded_channels(shape);
  const auto* bias = static_cast<const std::int32_t*>(packed);
  const auto* scale = reinterpret_cast<const float*>(bias + channels);
  const auto* panels = reinterpret_cast<const std::uint8_t*>(scale + channels);
  for (std::int32_t panel = panel_begin; panel < panel_end; ++panel) {
    const std::int32_t channel = panel * kPanelChannels;
    const std::int32_t vectors = panel_vectors(shape, channel);
    const std::int32_t left = shape.out_c - channel;
    const std::int64_t segment_bytes = segment_pairs(shape) * vectors * vector_bytes(shape);
    TileRow row = {
        .segments = rows.segments,
        .segment_count = rows.end_segment - rows.first_segment,
        .pairs = segment_pairs(shape),
        .row_stride = rows.row_stride,
        .weights = panels + panel * full_panel_bytes(shape) + rows.first_segment * segment_bytes,
        .bias = bias + channel,
        .scale = scale + channel,
        .vectors = vectors,
        .channels = left < kPanelChannels ? left : kPanelChannels,
        .wide = shape.wide,
        .output = rows.output + channel,
        .output_stride = rows.output_stride,
    };
    if (!shape.wide && rows.rows >= kRowsWorthWidening) {
      widen(row.weights, QType::kInt8, 0, row.segment_count * segment_bytes, rows.panel_space);
      row.weights = reinterpret_cast<const std::uint8_t*>(rows.panel_space);
      row.wide = true;
    }
    run_tiles(row, rows.rows, requant, type);
  }
}

std::int32_t dense_units(const DenseShape& shape) {
  return split_by_panels(shape) ? gemm_panels(shape.gemm) : tiles_of(shape.rows);
}

std::size_t dense_scratch_bytes(const DenseShape& shape) {
  return static_cast<std::size_t>(gemm_panel_space_bytes(shape.gemm, chunk_rows(shape)) +
                                  activations_bytes(shape));
}

void dense_run(const DenseShape& shape, const Requant& requant, const Work& work) {
  const bool by_panels = split_by_panels(shape);
  const std::int32_t panel_begin = by_panels ? work.begin : 0;
  const std::int32_t panel_end = by_panels ? work.end : gemm_panels(shape.gemm);
  const std::int64_t begin = by_panels ? 0 : std::int64_t{work.begin} * kTileRows;
  std::int64_t end = by_panels ? shape.rows : std::int64_t{work.end} * kTileRows;
  if (end > shape.rows) end = shape.rows;
  const std::int64_t depth = shape.gemm.segment_length;
  const std::int32_t chunk = chunk_rows(shape);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  // Scratch: the widened activations, then the widened panel.
  auto* activations = static_cast<std::int16_t*>(work.scratch);
  auto* panel_space =
      reinterpret_cast<std::int16_t*>(static_cast<std::uint8_t*>(work.scratch) + activations_bytes(shape));
  const std::int16_t* segment = activations;
  for (std::int64_t row = begin; row < end; row += chunk) {
    const std::int64_t count = end - row < chunk ? end - row : chunk;
    widen(input + row * depth, shape.type, shape.input_zero_point, count * depth, activations);
    activations[count * depth] = 0;
    gemm_run(shape.gemm, work.packed, requant, shape.type, panel_begin, panel_end,
             {
                 .segments = &segment,
                 .first_segment = 0,
                 .end_segment = 1,
                 .row_stride = depth,
                 .rows = static_cast<std::int32_t>(count),
                 .output = output + row * shape.gemm.out_c,
                 .output_stride = shape.gemm.out_c,
                 .panel_space = panel_space,
             });
  }
}

}  // namespace aiedge::kernels::avx2
