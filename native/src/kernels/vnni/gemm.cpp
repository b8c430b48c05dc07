#include "kernels/vnni/gemm.h"

#include "kernels/vnni/finish.h"
#include "kernels/vnni/gemm_tiles.h"
#include "kernels/vnni/rows.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// Packed block: one line of flags; bias, shift and scale of all channels, padded to whole vectors; then the
// panels. A panel has neighbouring vectors of channels, in the order of panel_channel(); in it, for each
// segment and each quad of activations, one quad of weights for each of its channels.

struct Flags {
  std::int32_t shifted;                       // some channel's shift is not zero
  std::int32_t guards;                        // what make_finish() wants
  std::int32_t tile_rows[kPanelVectors + 1];  // by the vectors of a panel
  std::int32_t unused[13 - kPanelVectors];
};
constexpr std::int64_t kFlagBytes = sizeof(Flags);

std::int32_t vectors_of(const GemmShape& shape) { return (shape.out_c - 1) / kLanes + 1; }

std::int64_t padded_channels(const GemmShape& shape) { return std::int64_t{vectors_of(shape)} * kLanes; }

std::int64_t segment_quads(const GemmShape& shape) { return (std::int64_t{shape.segment_length} + 3) / 4; }

std::int64_t vector_weight_bytes(const GemmShape& shape) {
  return segment_quads(shape) * shape.segments * kVectorBytes;
}

// All panels but the last have as many vectors as can be: those are finished with the fewest instructions.
std::int32_t first_vector(const GemmShape& shape, std::int32_t panel) {
  const std::int64_t most = shape.single_row ? kSingleRowVectors : kPanelVectors;
  const std::int64_t first = panel * most;
  return static_cast<std::int32_t>(first < vectors_of(shape) ? first : vectors_of(shape));
}

std::int32_t weight_at(const void* weights, QType type, std::int64_t index) {
  return type == QType::kUint8 ? static_cast<const std::uint8_t*>(weights)[index]
                               : static_cast<const std::int8_t*>(weights)[index];
}

// The number that, taken off a channel's weights, makes them fit 8 bits; 0 where they do.
std::int32_t shift_of(const void* weights, QType type, std::int32_t zero_point, std::int64_t first,
                      std::int64_t count) {
  std::int32_t low = 0;
  std::int32_t high = 0;
  for (std::int64_t i = first; i < first + count; ++i) {
    const std::int32_t w = weight_at(weights, type, i) - zero_point;
    if (w < low) low = w;
    if (w > high) high = w;
  }
  if (high > 127) return high - 127;
  return low < -128 ? low + 128 : 0;
}

// A dense product with few rows is split over panels (each thread converts all rows), else over tiles of
// rows.
constexpr std::int32_t kUnitRows = 12;
bool split_by_panels(const DenseShape& shape) { return shape.rows < 8 * kUnitRows; }

// Activations that are unsigned already, and whose rows end with a quad, are read where they are. So is a
// single row, whose activations are flipped as they are read; but not if there are sums to take of them.
bool reads_input(const DenseShape& shape) {
  return shape.type == QType::kUint8 && shape.gemm.segment_length % 4 == 0;
}
bool reads_single_row(const DenseShape& shape, const Flags& flags) {
  return shape.gemm.single_row && shape.gemm.segment_length % 4 == 0 && flags.shifted == 0;
}

// Rows that are computed at a time: their activations stay in a first-level cache.
std::int32_t chunk_rows(const DenseShape& shape) {
  constexpr std::int64_t kChunkBytes = 16384;
  constexpr std::int64_t kLeast = std::int64_t{4} * kUnitRows;
  std::int64_t rows = kChunkBytes / shape.gemm.segment_length / kUnitRows * kUnitRows;
  if (rows < kLeast) rows = kLeast;
  return static_cast<std::int32_t>(rows < shape.rows ? rows : shape.rows);
}

std::int64_t whole_lines(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

std::int64_t activations_bytes(const DenseShape& shape) {
  constexpr std::int64_t kSlack = 3;
  if (reads_input(shape)) return 0;
  return whole_lines(std::int64_t{chunk_rows(shape)} * shape.gemm.segment_length + kSlack);
}

void sum_windows(const GemmShape& shape, const GemmRows& rows) {
  std::int32_t* to = rows.window_sums;
  __builtin_memset(to, 0, sizeof(*to) * static_cast<std::size_t>(rows.rows) * rows.lines);
  for (std::int32_t line = 0; line < rows.lines; ++line, to += rows.rows) {
    const std::uint8_t* const* segments = rows.segments + std::ptrdiff_t{line} * shape.segments;
    for (std::int32_t s = 0; s < shape.segments; ++s)
      add_row_sums(segments[s], rows.row_stride, shape.segment_length, rows.rows, to);
  }
}

// A quad of weights less the same number each, modulo 2^8.
std::uint32_t shifted_quad(const std::uint8_t* weights, std::uint32_t offsets) {
  constexpr std::uint32_t kTop = 0x80808080U;
  std::uint32_t quad = 0;
  __builtin_memcpy(&quad, weights, sizeof quad);
  return ((quad | kTop) - (offsets & ~kTop)) ^ ((quad ^ ~offsets) & kTop);
}

// What is packed together, and the channel it begins with.
struct Panel {
  std::int32_t first_channel;
  std::int32_t vectors;
};

Panel panel_of(const GemmShape& shape, std::int32_t panel) {
  const std::int32_t first = first_vector(shape, panel);
  return {first * kLanes, first_vector(shape, panel + 1) - first};
}

bool is_paired(const GemmShape& shape) { return shape.out_c <= kPairedChannels && !shape.single_row; }

// The channel of a lane of one of the panel's vectors.
std::int32_t channel_of(const GemmShape& shape, const Panel& panel, std::int32_t vector, std::int32_t lane) {
  if (is_paired(shape)) return lane % (kLanes / 2);
  return panel.first_channel + panel_channel(panel.vectors, vector, lane);
}

// The weights of one vector of channels within its panel's quads: those of a channel that does not exist,
// and behind the end of a segment, are 0.
void pack_vector(const GemmShape& shape, const std::uint8_t* weights, std::int32_t weight_zero_point,
                 const std::int32_t* shifts, const Panel& panel, std::int32_t vector, std::int8_t* to) {
  const std::int64_t length = shape.segment_length;
  const std::int64_t whole_quads = length / 4;
  const std::int64_t quad_bytes = std::int64_t{panel.vectors} * kVectorBytes;
  std::int32_t lanes[kLanes];  // those that exist
  std::int32_t count = 0;
  std::uint32_t offsets[kLanes];
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    if (channel_of(shape, panel, vector, lane) >= shape.out_c) continue;
    offsets[count] = static_cast<std::uint8_t>(weight_zero_point + shifts[lane]) * 0x01010101U;
    lanes[count++] = lane;
  }
  for (std::int32_t segment = 0; segment < shape.segments; ++segment) {
    const std::uint8_t* rows[kLanes];
    for (std::int32_t i = 0; i < count; ++i) {
      const std::int64_t channel = channel_of(shape, panel, vector, lanes[i]);
      rows[i] = weights + (channel * shape.segments + segment) * length;
    }
    for (std::int64_t quad = 0; quad < segment_quads(shape); ++quad, to += quad_bytes) {
      if (count < kLanes) __builtin_memset(to, 0, kVectorBytes);
      for (std::int32_t i = 0; i < count; ++i) {
        std::uint8_t last[4];
        const std::uint8_t* from = rows[i] + quad * 4;
        std::uint32_t mask = 0xFFFFFFFFU;
        if (quad == whole_quads) {
          const std::int64_t rest = length - whole_quads * 4;
          __builtin_memcpy(last, from, static_cast<std::size_t>(rest));
          from = last;
          mask >>= 8 * (4 - rest);
        }
        const std::uint32_t packed = shifted_quad(from, offsets[i]) & mask;
        __builtin_memcpy(to + lanes[i] * 4, &packed, sizeof packed);
      }
    }
  }
}

}  // namespace

std::int32_t gemm_panels(const GemmShape& shape) {
  const std::int32_t most = shape.single_row ? kSingleRowVectors : kPanelVectors;
  return (vectors_of(shape) - 1) / most + 1;
}

std::size_t gemm_packed_bytes(const GemmShape& shape) {
  constexpr auto kConstants = static_cast<std::int64_t>(2 * sizeof(std::int32_t) + sizeof(float));
  return static_cast<std::size_t>(kFlagBytes + padded_channels(shape) * kConstants +
                                  vectors_of(shape) * vector_weight_bytes(shape));
}

void gemm_pack(const GemmShape& shape, const void* weights, QType weight_type, std::int32_t weight_zero_point,
               const std::int32_t* bias, const float* scale, std::int32_t unsigned_zero_point, void* packed) {
  const std::int64_t channels = padded_channels(shape);
  const std::int64_t products = std::int64_t{shape.segments} * shape.segment_length;
  auto* flags = static_cast<Flags*>(packed);
  auto* packed_bias = reinterpret_cast<std::int32_t*>(flags + 1);
  auto* packed_shift = packed_bias + channels;
  auto* packed_scale = reinterpret_cast<float*>(packed_shift + channels);
  auto* panel_weights = reinterpret_cast<std::int8_t*>(packed_scale + channels);
  __builtin_memset(packed, 0, static_cast<std::size_t>(kFlagBytes + channels * 12));
  flags->guards = needs_guard(scale, shape.out_c) ? 1 : 0;
  for (std::int32_t vectors = 1; vectors <= kPanelVectors; ++vectors)
    flags->tile_rows[vectors] = best_tile_rows(vectors, shape.rows, segment_quads(shape) * shape.segments);
  for (std::int32_t p = 0; p < gemm_panels(shape); ++p) {
    const Panel panel = panel_of(shape, p);
    for (std::int32_t lane = 0; lane < panel.vectors * kLanes; ++lane) {
      const std::int32_t channel = channel_of(shape, panel, lane / kLanes, lane % kLanes);
      if (channel >= shape.out_c) continue;
      const std::int64_t first = channel * products;
      std::uint32_t sum = 0;
      for (std::int64_t i = first; i < first + products; ++i)
        sum += static_cast<std::uint32_t>(weight_at(weights, weight_type, i) - weight_zero_point);
      // sum of (x - zx) * w = sum of x * w, less zx times the sum of w; modulo 2^32.
      packed_bias[panel.first_channel + lane] = static_cast<std::int32_t>(
          static_cast<std::uint32_t>(bias[channel]) - static_cast<std::uint32_t>(unsigned_zero_point) * sum);
      const std::int32_t shift = shift_of(weights, weight_type, weight_zero_point, first, products);
      packed_shift[panel.first_channel + lane] = shift;
      if (shift != 0) flags->shifted = 1;
      packed_scale[panel.first_channel + lane] = scale[channel];
    }
    for (std::int32_t v = 0; v < panel.vectors; ++v) {
      pack_vector(shape, static_cast<const std::uint8_t*>(weights), weight_zero_point,
                  packed_shift + panel.first_channel + v * kLanes, panel, v,
                  panel_weights + v * kVectorBytes);
    }
    panel_weights += panel.vectors * vector_weight_bytes(shape);
  }
}

void gemm_run(const GemmShape& shape, const void* packed, const Requant& requant, std::int32_t panel_begin,
              std::int32_t panel_end, const GemmRows& rows) {
  const std::int64_t channels = padded_channels(shape);
  const auto* flags = static_cast<const Flags*>(packed);
  const auto* bias = reinterpret_cast<const std::int32_t*>(flags + 1);
  const auto* shift = bias + channels;
  const auto* scale = reinterpret_cast<const float*>(shift + channels);
  const auto* weights = reinterpret_cast<const std::int8_t*>(scale + channels);
  const bool shifted = flags->shifted != 0;
  if (shifted) sum_windows(shape, rows);
  for (std::int32_t p = panel_begin; p < panel_end; ++p) {
    const Panel panel = panel_of(shape, p);
    const std::int32_t channel = panel.first_channel;
    const std::int32_t left = shape.out_c - channel;
    const std::int32_t height = panel.vectors <= kPanelVectors ? flags->tile_rows[panel.vectors] : 1;
    run_tiles(
        {
            .segments = rows.segments,
            .segment_count = shape.segments,
            .quads = segment_quads(shape),
            .row_stride = rows.row_stride,
            .flip = rows.flip,
            .weights = weights + channel / kLanes * vector_weight_bytes(shape),
            .bias = bias + channel,
            .shift = shift + channel,
            .scale = scale + channel,
            .window_sums = shifted ? rows.window_sums : nullptr,
            .guards = flags->guards != 0,
            .vectors = panel.vectors,
            .paired = is_paired(shape),
            .channels = left < panel.vectors * kLanes ? left : panel.vectors * kLanes,
            .output = rows.output + channel,
            .output_stride = rows.output_stride,
            .rows = rows.rows,
            .lines = rows.lines,
            .tile_rows = height < rows.rows ? height : rows.rows,
        },
        requant);
  }
}

std::int32_t dense_units(const DenseShape& shape) {
  if (split_by_panels(shape)) return gemm_panels(shape.gemm);
  return static_cast<std::int32_t>((shape.rows + kUnitRows - 1) / kUnitRows);
}

// Scratch: the sums of the rows, then the converted activations.
std::size_t dense_scratch_bytes(const DenseShape& shape) {
  return static_cast<std::size_t>(whole_lines(std::int64_t{4} * chunk_rows(shape)) +
                                  activations_bytes(shape));
}

void dense_run(const DenseShape& shape, const Requant& requant, const Work& work) {
  if (reads_single_row(shape, *static_cast<const Flags*>(work.packed))) {
    const auto* row = static_cast<const std::uint8_t*>(work.input[0]);
    gemm_run(shape.gemm, work.packed, requant, work.begin, work.end,
             {
                 .segments = &row,
                 .row_stride = 0,
                 .rows = 1,
                 .lines = 1,
                 .flip = flip4_of(shape.type),
                 .output = static_cast<std::uint8_t*>(work.output),
                 .output_stride = 0,
                 .window_sums = nullptr,
             });
    return;
  }
  const bool by_panels = split_by_panels(shape);
  const std::int32_t panel_begin = by_panels ? work.begin : 0;
  const std::int32_t panel_end = by_panels ? work.end : gemm_panels(shape.gemm);
  const std::int64_t begin = by_panels ? 0 : std::int64_t{work.begin} * kUnitRows;
  std::int64_t end = by_panels ? shape.rows : std::int64_t{work.end} * kUnitRows;
  if (end > shape.rows) end = shape.rows;
  const std::int64_t depth = shape.gemm.segment_length;
  const std::int32_t chunk = chunk_rows(shape);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  auto* window_sums = static_cast<std::int32_t*>(work.scratch);
  auto* activations =
      static_cast<std::uint8_t*>(work.scratch) + whole_lines(std::int64_t{4} * chunk_rows(shape));
  for (std::int64_t row = begin; row < end; row += chunk) {
    const std::int64_t count = end - row < chunk ? end - row : chunk;
    const std::uint8_t* segment = input + row * depth;
    if (!reads_input(shape)) {
      copy_flipped(segment, count * depth, flip_of(shape.type), activations);
      __builtin_memset(activations + count * depth, 0, 3);
      segment = activations;
    }
    gemm_run(shape.gemm, work.packed, requant, panel_begin, panel_end,
             {
                 .segments = &segment,
                 .row_stride = depth,
                 .rows = static_cast<std::int32_t>(count),
                 .lines = 1,
                 .flip = 0,
                 .output = output + row * shape.gemm.out_c,
                 .output_stride = shape.gemm.out_c,
                 .window_sums = window_sums,
             });
  }
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
