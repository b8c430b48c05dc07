#include "kernels/depthwise_conv_2d.h"

#include "kernels/vnni/depthwise_tiles.h"

namespace aiedge::kernels {
namespace AIEDGE_VNNI {
namespace {

// Channels in groups of kLanes may reach beyond a pixel's channels into the next pixel: what is computed
// there is not stored. With few channels (a divisor of kLanes) and stride 1, one group is several whole
// pixels.

struct Geometry {
  std::int32_t rows;              // output rows that are computed together
  std::int32_t quads;             // of input rows that they need
  std::int32_t dots;              // columns of the window in all of them
  std::int32_t pixels_per_group;  // 1, or kLanes / channels
  std::int32_t groups;            // of channels, of one pixel
  std::int64_t columns;           // of the input that a row needs, padding included
  std::int64_t used_columns;      // of the image
  std::int64_t row_bytes;         // of interleaved quads
};

// Two rows share what they read where the second needs no further quad.
std::int32_t rows_together(const DepthwiseConv2DArgs& a) {
  return a.stride_h == 1 && a.dilation_h == 1 && a.kernel_h % 4 != 0 && a.out_h > 1 ? kMostRows : 1;
}

Geometry geometry(const DepthwiseConv2DArgs& a) {
  const std::int32_t quads = (a.kernel_h - 1) / 4 + 1;
  const bool fills = a.out_c < kLanes && kLanes % a.out_c == 0;
  const std::int64_t columns =
      std::int64_t{a.out_w - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w + 1;
  const std::int64_t room = columns - a.pad_left;
  // Whole vectors are interleaved, and whole groups are read.
  constexpr std::int64_t kSlack = kVectorBytes + kLanes;
  return {
      .rows = rows_together(a),
      .quads = quads,
      .dots = quads * a.kernel_w,
      .pixels_per_group = fills && a.stride_w == 1 ? kLanes / a.out_c : 1,
      .groups = (a.out_c - 1) / kLanes + 1,
      .columns = columns,
      .used_columns = room < 0 ? 0 : (room < a.in_w ? room : a.in_w),
      .row_bytes = ((columns * a.in_c + kSlack) * 4 + 63) / 64 * 64,
  };
}

// Scratch: the quads, a row of padding, the place of each dot's quads.
std::int64_t padding_bytes(const DepthwiseConv2DArgs& a) {
  return (std::int64_t{a.in_w} * a.in_c + 63) / 64 * 64;
}

// A dilation far larger than the image would need rows that are mostly padding: left to others, as is more
// than one output channel for an input channel.
bool supports(const DepthwiseConv2DArgs& a) {
  constexpr std::int64_t kMostColumns = 1 << 20;
  constexpr std::int64_t kMostBytes = 1 << 24;
  if (a.multiplier != 1) return false;
  const Geometry g = geometry(a);
  return g.columns <= kMostColumns && g.row_bytes <= kMostBytes;
}

std::size_t packed_bytes(const DepthwiseConv2DArgs& a) {
  const Geometry g = geometry(a);
  return static_cast<std::size_t>(g.groups * depthwise_group_bytes(g.dots, g.rows));
}

// The weight of row ky, column kx of the window, less the zero point; 0 for a row that the window lacks.
std::int32_t weight_at(const DepthwiseConv2DArgs& a, std::int32_t ky, std::int32_t kx, std::int32_t channel) {
  if (ky < 0 || ky >= a.kernel_h) return 0;
  const std::int64_t index = (std::int64_t{ky} * a.kernel_w + kx) * a.out_c + channel;
  const std::int32_t w = a.weight_type == QType::kUint8 ? static_cast<const std::uint8_t*>(a.weights)[index]
                                                        : static_cast<const std::int8_t*>(a.weights)[index];
  return w - a.weight_zero_point;
}

std::int32_t fitting(std::int32_t w) {
  if (w > 127) return 127;
  return w < -128 ? -128 : w;
}

// One channel's numbers in a record.
void pack_lane(const DepthwiseConv2DArgs& a, const Geometry& g, std::int32_t channel, std::int32_t lane,
               DepthwiseRecord* record) {
  auto* weights = reinterpret_cast<std::int8_t*>(record + 1);
  const std::int64_t round_bytes = std::int64_t{g.dots} * g.rows * kVectorBytes;
  std::uint32_t sum = 0;
  for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
    for (std::int32_t kx = 0; kx < a.kernel_w; ++kx)
      sum += static_cast<std::uint32_t>(weight_at(a, ky, kx, channel));
  }
  const auto zero_point = static_cast<std::uint32_t>(unsigned_zero_point(a.type, a.input_zero_point));
  record->bias[lane] =
      static_cast<std::int32_t>(static_cast<std::uint32_t>(a.bias[channel]) - zero_point * sum);
  record->scale[lane] = a.requant.scale[channel];
  for (std::int32_t dot = 0; dot < g.dots; ++dot) {
    for (std::int32_t row = 0; row < g.rows; ++row) {
      std::int8_t* to = weights + (std::int64_t{dot} * g.rows + row) * kVectorBytes + lane * 4;
      for (std::int32_t i = 0; i < 4; ++i) {
        std::int32_t w = weight_at(a, dot / a.kernel_w * 4 + i - row, dot % a.kernel_w, channel);
        for (std::int32_t round = 0; w != 0; ++round) {
          const std::int32_t part = fitting(w);
          to[round * round_bytes + i] = static_cast<std::int8_t>(part);
          if (round + 1 > record->rounds) record->rounds = round + 1;
          w -= part;
        }
      }
    }
  }
}

void pack(const DepthwiseConv2DArgs& a, void* packed) {
  const Geometry g = geometry(a);
  __builtin_memset(packed, 0, packed_bytes(a));
  for (std::int32_t group = 0; group < g.groups; ++group) {
    auto* record = reinterpret_cast<DepthwiseRecord*>(static_cast<std::uint8_t*>(packed) +
                                                      group * depthwise_group_bytes(g.dots, g.rows));
    record->rounds = 1;
    for (std::int32_t lane = 0; lane < kLanes; ++lane) {
      const std::int32_t place = group * kLanes + lane;
      const std::int32_t channel = g.pixels_per_group > 1 ? place % a.out_c : place;
      if (channel < a.out_c) pack_lane(a, g, channel, lane, record);
    }
  }
}

std::size_t scratch_bytes(const DepthwiseConv2DArgs& a) {
  const Geometry g = geometry(a);
  return static_cast<std::size_t>(g.quads * g.row_bytes + padding_bytes(a) +
                                  g.dots * static_cast<std::int64_t>(sizeof(const std::uint8_t*)));
}

// A unit is the output rows that are computed together.
std::int32_t units_per_image(const DepthwiseConv2DArgs& a, const Geometry& g) {
  return (a.out_h - 1) / g.rows + 1;
}

std::int32_t units(const DepthwiseConv2DArgs& a) { return a.batch * units_per_image(a, geometry(a)); }

// Interleave the image's rows from `top` on, by quads.
void fill_quads(const DepthwiseConv2DArgs& a, const Geometry& g, const std::uint8_t* image,
                const std::uint8_t* padding, std::int64_t top, std::uint8_t* quads) {
  for (std::int32_t quad = 0; quad < g.quads; ++quad) {
    const std::uint8_t* rows[4];
    for (std::int32_t i = 0; i < 4; ++i) {
      const std::int64_t ky = std::int64_t{quad} * 4 + i;
      const std::int64_t iy = top + ky * a.dilation_h;
      const bool exists = ky < a.kernel_h + g.rows - 1 && iy >= 0 && iy < a.in_h;
      rows[i] = exists ? image + iy * a.in_w * a.in_c : padding;
    }
    interleave(rows, g.used_columns * a.in_c, flip_of(a.type), a.input_zero_point,
               quads + quad * g.row_bytes + std::int64_t{a.pad_left} * a.in_c * 4);
  }
}

void run(const DepthwiseConv2DArgs& a, const Work& work) {
  const Geometry g = geometry(a);
  auto* quads = static_cast<std::uint8_t*>(work.scratch);
  auto* padding = quads + g.quads * g.row_bytes;
  auto** dots = reinterpret_cast<const std::uint8_t**>(padding + padding_bytes(a));
  __builtin_memset(quads, unsigned_zero_point(a.type, a.input_zero_point),
                   static_cast<std::size_t>(g.quads * g.row_bytes));
  __builtin_memset(padding, a.input_zero_point, static_cast<std::size_t>(padding_bytes(a)));
  for (std::int32_t dot = 0; dot < g.dots; ++dot) {
    dots[dot] =
        quads + dot / a.kernel_w * g.row_bytes + std::int64_t{dot % a.kernel_w} * a.dilation_w * a.in_c * 4;
  }
  const std::int32_t per_group = g.pixels_per_group;
  const std::int32_t pixels = (a.out_w - 1) / per_group + 1;
  const std::int32_t last_group_bytes = per_group > 1 ? kLanes : a.out_c - (g.groups - 1) * kLanes;
  DepthwiseRows rows = {
      .dots = dots,
      .dot_count = g.dots,
      .rows = g.rows,
      .stored_rows = 1,
      .pixel_stride = per_group > 1 ? kVectorBytes : std::ptrdiff_t{4} * a.stride_w * a.in_c,
      .pixels = pixels,
      .groups = g.groups,
      .packed = static_cast<const std::uint8_t*>(work.packed),
      .output = nullptr,
      .output_row_stride = std::ptrdiff_t{a.out_w} * a.out_c,
      .output_stride = per_group > 1 ? kLanes : a.out_c,
      .last_group_bytes = last_group_bytes,
      .last_pixel_bytes = per_group > 1 ? (a.out_w - (pixels - 1) * per_group) * a.out_c : last_group_bytes,
  };
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  const std::int32_t per_image = units_per_image(a, g);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t image = unit / per_image;
    const std::int32_t oy = unit % per_image * g.rows;
    fill_quads(a, g, input + image * a.in_h * a.in_w * a.in_c, padding,
               std::int64_t{oy} * a.stride_h - a.pad_top, quads);
    rows.stored_rows = a.out_h - oy < g.rows ? a.out_h - oy : g.rows;
    rows.output = output + (image * a.out_h + oy) * rows.output_row_stride;
    depthwise_rows(rows, a.requant, a.type);
  }
}

}  // namespace
}  // namespace AIEDGE_VNNI

const Kernel<DepthwiseConv2DArgs> AIEDGE_VNNI_KERNEL(depthwise_conv_2d_) = {
    .name = AIEDGE_VNNI_NAME,
    .isa = AIEDGE_VNNI::kIsa,
    .supports = AIEDGE_VNNI::supports,
    .packed_bytes = AIEDGE_VNNI::packed_bytes,
    .pack = AIEDGE_VNNI::pack,
    .scratch_bytes = AIEDGE_VNNI::scratch_bytes,
    .units = AIEDGE_VNNI::units,
    .run = AIEDGE_VNNI::run,
};

}  // namespace aiedge::kernels
