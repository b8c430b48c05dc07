#include "kernels/vnni/gemm.h"

#include "kernels/vnni/gemm_tiles.h"
#include "kernels/vnni/rows.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// Packed block: one line that says whether any channel is shifted; bias, shift and scale of all channels,
// padded to whole vectors; then the panels. A panel has neighbouring vectors of channels; in it, for each
// segment and each quad of activations, one quad of weights for each of its channels.

constexpr std::int64_t kFlagBytes = 64;

std::int32_t vectors_of(const GemmShape& shape) { return (shape.out_c - 1) / kLanes + 1; }

std::int64_t padded_channels(const GemmShape& shape) { return std::int64_t{vectors_of(shape)} * kLanes; }

std::int64_t segment_quads(const GemmShape& shape) { return (std::int64_t{shape.segment_length} + 3) / 4; }

std::int64_t vector_weight_bytes(const GemmShape& shape) {
  return segment_quads(shape) * shape.segments * kVectorBytes;
}

// Panels differ by one vector at most; the larger ones come first.
std::int32_t first_vector(const GemmShape& shape, std::int32_t panel) {
  const std::int32_t panels = gemm_panels(shape);
  const std::int32_t small = vectors_of(shape) / panels;
  const std::int32_t large_panels = vectors_of(shape) % panels;
  return panel * small + (panel < large_panels ? panel : large_panels);
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

// Activations that are unsigned already, and whose rows end with a quad, are read where they are.
bool reads_input(const DenseShape& shape) {
  return shape.type == QType::kUint8 && shape.gemm.segment_length % 4 == 0;
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

bool has_shift(const void* packed) { return *static_cast<const std::int32_t*>(packed) != 0; }

void sum_windows(const GemmShape& shape, const GemmRows& rows) {
  for (std::int32_t r = 0; r < rows.rows; ++r) {
    std::int32_t sum = 0;
    for (std::int32_t s = 0; s < shape.segments; ++s)
      sum += sum_bytes(rows.segments[s] + r * rows.row_stride, shape.segment_length);
    rows.window_sums[r] = sum;
  }
}

// A quad of weights less the same number each, modulo 2^8.
std::uint32_t shifted_quad(const std::uint8_t* weights, std::uint32_t offsets) {
  constexpr std::uint32_t kTop = 0x80808080U;
  std::uint32_t quad = 0;
  __builtin_memcpy(&quad, weights, sizeof quad);
  return ((quad | kTop) - (offsets & ~kTop)) ^ ((quad ^ ~offsets) & kTop);
}

// The weights of one vector of channels within its panel's quads: those of a channel that does not exist,
// and behind the end of a segment, are 0.
void pack_vector(const GemmShape& shape, const std::uint8_t* weights, std::int32_t weight_zero_point,
                 const std::int32_t* shifts, std::int32_t first_channel, std::int8_t* to,
                 std::int64_t quad_bytes) {
  const std::int64_t length = shape.segment_length;
  const std::int64_t whole_quads = length / 4;
  const std::int32_t left = shape.out_c - first_channel;
  const std::int32_t lanes = left < kLanes ? left : kLanes;
  std::uint32_t offsets[kLanes];
  for (std::int32_t lane = 0; lane < lanes; ++lane)
    offsets[lane] = static_cast<std::uint8_t>(weight_zero_point + shifts[lane]) * 0x01010101U;
  for (std::int32_t segment = 0; segment < shape.segments; ++segment) {
    const std::uint8_t* rows[kLanes];
    for (std::int32_t lane = 0; lane < lanes; ++lane)
      rows[lane] = weights + (std::int64_t{first_channel + lane} * shape.segments + segment) * length;
    for (std::int64_t quad = 0; quad < segment_quads(shape); ++quad, to += quad_bytes) {
      if (lanes < kLanes) __builtin_memset(to, 0, kVectorBytes);
      for (std::int32_t lane = 0; lane < lanes; ++lane) {
        std::uint8_t last[4];
        const std::uint8_t* from = rows[lane] + quad * 4;
        std::uint32_t mask = 0xFFFFFFFFU;
        if (quad == whole_quads) {
          const std::int64_t rest = length - whole_quads * 4;
          __builtin_memcpy(last, from, static_cast<std::size_t>(rest));
          from = last;
          mask >>= 8 * (4 - rest);
        }
        const std::uint32_t packed = shifted_quad(from, offsets[lane]) & mask;
        __builtin_memcpy(to + lane * 4, &packed, sizeof packed);
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
  auto* flag = static_cast<std::int32_t*>(packed);
  auto* packed_bias = flag + kFlagBytes / 4;
  auto* packed_shift = packed_bias + channels;
  auto* packed_scale = reinterpret_cast<float*>(packed_shift + channels);
  __builtin_memset(packed, 0, static_cast<std::size_t>(kFlagBytes + channels * 12));
  for (std::int32_t channel = 0; channel < shape.out_c; ++channel) {
    const std::int64_t first = channel * products;
    std::uint32_t sum = 0;
    for (std::int64_t i = first; i < first + products; ++i)
      sum += static_cast<std::uint32_t>(weight_at(weights, weight_type, i) - weight_zero_point);
    // sum of (x - zx) * w = sum of x * w, less zx times the sum of w; modulo 2^32.
    packed_bias[channel] = static_cast<std::int32_t>(static_cast<std::uint32_t>(bias[channel]) -
                                                     static_cast<std::uint32_t>(unsigned_zero_point) * sum);
    packed_shift[channel] = shift_of(weights, weight_type, weight_zero_point, first, products);
    if (packed_shift[channel] != 0) *flag = 1;
    packed_scale[channel] = scale[channel];
  }
  auto* panel_weights = reinterpret_cast<std::int8_t*>(packed_scale + channels);
  for (std::int32_t panel = 0; panel < gemm_panels(shape); ++panel) {
    const std::int32_t first = first_vector(shape, panel);
    const std::int32_t vectors = first_vector(shape, panel + 1) - first;
    for (std::int32_t v = 0; v < vectors; ++v) {
      const std::int32_t channel = (first + v) * kLanes;
      pack_vector(shape, static_cast<const std::uint8_t*>(weights), weight_zero_point, packed_shift + channel,
                  channel, panel_weights + v * kVectorBytes, std::int64_t{vectors} * kVectorBytes);
    }
    panel_weights += vectors * vector_weight_bytes(shape);
  }
}

void gemm_run(const GemmShape& shape, const void* packed, const Requant& requant, QType type,
              std::int32_t panel_begin, std::int32_t panel_end, const GemmRows& rows) {
  const std::int64_t channels = padded_channels(shape);
  const auto* bias = static_cast<const std::int32_t*>(packed) + kFlagBytes / 4;
  const auto* shift = bias + channels;
  const auto* scale = reinterpret_cast<const float*>(shift + channels);
  const auto* weights = reinterpret_cast<const std::int8_t*>(scale + channels);
  const bool shifted = has_shift(packed);
  if (shifted) sum_windows(shape, rows);
  for (std::int32_t panel = panel_begin; panel < panel_end; ++panel) {
    const std::int32_t first = first_vector(shape, panel);
    const std::int32_t vectors = first_vector(shape, panel + 1) - first;
    const std::int32_t channel = first * kLanes;
    const std::int32_t left = shape.out_c - channel;
    run_tiles(
        {
            .segments = rows.segments,
            .segment_count = shape.segments,
            .quads = segment_quads(shape),
            .row_stride = rows.row_stride,
            .weights = weights + first * vector_weight_bytes(shape),
            .bias = bias + channel,
            .shift = shift + channel,
            .scale = scale + channel,
            .window_sums = shifted ? rows.window_sums : nullptr,
            .vectors = vectors,
            .channels = left < vectors * kLanes ? left : vectors * kLanes,
            .output = rows.output + channel,
            .output_stride = rows.output_stride,
        },
        rows.rows, requant, type);
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
    gemm_run(shape.gemm, work.packed, requant, shape.type, panel_begin, panel_end,
             {
                 .segments = &segment,
                 .row_stride = depth,
                 .rows = static_cast<std::int32_t>(count),
                 .output = output + row * shape.gemm.out_c,
                 .output_stride = shape.gemm.out_c,
                 .window_sums = window_sums,
             });
  }
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
