#include "kernels/depthwise_conv_2d.h"

#include "kernels/avx2/depthwise_tiles.h"
#include "kernels/avx2/requant.h"
#include "kernels/avx2/rows.h"

namespace aiedge::kernels {
namespace {

// Channels in groups of 16 may reach beyond a pixel's channels into the next pixel: what is computed there is
// not stored. With few channels (8, 4, 2 or 1) and stride 1, one group is 16 / channels whole pixels instead.

constexpr std::int32_t kGroup = avx2::kGroupChannels;

struct Geometry {
  avx2::RingShape ring;
  std::int32_t taps;
  std::int32_t pixels_per_group;  // 1, or 16 / out_c
  std::int32_t groups;            // of channels, of one pixel
};

std::int32_t pixels_per_group(const DepthwiseConv2DArgs& a) {
  const bool fills = a.out_c == 1 || a.out_c == 2 || a.out_c == 4 || a.out_c == 8;
  return fills && a.stride_w == 1 ? kGroup / a.out_c : 1;
}

Geometry geometry(const DepthwiseConv2DArgs& a) {
  const std::int64_t span = std::int64_t{a.kernel_h - 1} * a.dilation_h + 1;
  return {
      .ring = {.in_h = a.in_h,
               .in_w = a.in_w,
               .in_c = a.in_c,
               .repeat = a.multiplier,
               .pad_left = a.pad_left,
               .columns =
                   std::int64_t{a.out_w - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w + 1,
               .slots = span < a.in_h ? span : a.in_h},
      .taps = a.kernel_h * a.kernel_w,
      .pixels_per_group = pixels_per_group(a),
      .groups = static_cast<std::int32_t>((std::int64_t{a.out_c} + kGroup - 1) / kGroup),
  };
}

std::int32_t tap_pairs(const Geometry& g) { return g.taps / 2 + g.taps % 2; }

// Scratch: the ring, a row of zeros for taps above and below the image, the place of each tap's activations.
std::int64_t taps_bytes(const Geometry& g) {
  return std::int64_t{tap_pairs(g)} * 2 * static_cast<std::int64_t>(sizeof(const std::int16_t*));
}

std::int64_t zero_row_bytes(const Geometry& g) {
  return avx2::ring_row_elements(g.ring) * static_cast<std::int64_t>(sizeof(std::int16_t));
}

std::int64_t scratch_size(const Geometry& g) {
  return avx2::ring_bytes(g.ring) + zero_row_bytes(g) + taps_bytes(g);
}

// A dilation far larger than the image would need a ring that is mostly padding: left to the reference.
bool supports(const DepthwiseConv2DArgs& a) { return avx2::is_modest(geometry(a).ring); }

std::size_t packed_bytes(const DepthwiseConv2DArgs& a) {
  const Geometry g = geometry(a);
  return static_cast<std::size_t>(g.groups * avx2::depthwise_group_bytes(tap_pairs(g)));
}

std::int32_t weight_at(const DepthwiseConv2DArgs& a, std::int32_t tap, std::int32_t channel) {
  const std::int64_t index = std::int64_t{tap} * a.out_c + channel;
  const std::int32_t w = a.weight_type == QType::kUint8 ? static_cast<const std::uint8_t*>(a.weights)[index]
                                                        : static_cast<const std::int8_t*>(a.weights)[index];
  return w - a.weight_zero_point;
}

void pack(const DepthwiseConv2DArgs& a, void* packed) {
  const Geometry g = geometry(a);
  for (std::int32_t group = 0; group < g.groups; ++group) {
    auto* bias = reinterpret_cast<std::int32_t*>(static_cast<std::uint8_t*>(packed) +
                                                 group * avx2::depthwise_group_bytes(tap_pairs(g)));
    auto* scale = reinterpret_cast<float*>(bias + kGroup);
    auto* weights = reinterpret_cast<std::int16_t*>(scale + kGroup);
    for (std::int32_t lane = 0; lane < kGroup; ++lane) {
      std::int32_t channel = group * kGroup + avx2::channel_of_lane(lane);
      if (g.pixels_per_group > 1) channel %= a.out_c;
      const bool exists = channel < a.out_c;
      bias[lane] = exists ? a.bias[channel] : 0;
      scale[lane] = exists ? a.requant.scale[channel] : 0.0F;
      for (std::int32_t tap = 0; tap < tap_pairs(g) * 2; ++tap) {
        const std::int32_t w = exists && tap < g.taps ? weight_at(a, tap, channel) : 0;
        weights[(tap / 2) * 2 * kGroup + lane * 2 + tap % 2] = static_cast<std::int16_t>(w);
      }
    }
  }
}

std::size_t scratch_bytes(const DepthwiseConv2DArgs& a) {
  return static_cast<std::size_t>(scratch_size(geometry(a)));
}

// A unit is one output row of one image.
std::int32_t units(const DepthwiseConv2DArgs& a) { return a.batch * a.out_h; }

// Where the taps of output row oy lie.
void place_taps(const DepthwiseConv2DArgs& a, const Geometry& g, avx2::RowRing& ring,
                const std::int16_t* zeros, std::int32_t oy, const std::int16_t** taps) {
  const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
  avx2::advance(ring, top, top + std::int64_t{a.kernel_h - 1} * a.dilation_h + 1);
  const std::ptrdiff_t tap_stride = std::ptrdiff_t{a.dilation_w} * a.out_c;
  std::int32_t tap = 0;
  for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
    const std::int64_t iy = top + std::int64_t{ky} * a.dilation_h;
    const std::int16_t* row = iy < 0 || iy >= a.in_h ? zeros : avx2::ring_row(ring, iy);
    for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) taps[tap++] = row + kx * tap_stride;
  }
  if (g.taps % 2 != 0) taps[tap] = zeros;
}

void run(const DepthwiseConv2DArgs& a, const Work& work) {
  const Geometry g = geometry(a);
  auto* scratch = static_cast<std::uint8_t*>(work.scratch);
  avx2::RowRing ring = {
      .shape = g.ring,
      .type = a.type,
      .zero_point = a.input_zero_point,
      .rows = reinterpret_cast<std::int16_t*>(scratch),
      .row_elements = avx2::ring_row_elements(g.ring),
      .image = nullptr,
      .next = 0,
  };
  auto* zeros = reinterpret_cast<std::int16_t*>(scratch + avx2::ring_bytes(g.ring));
  auto** taps =
      reinterpret_cast<const std::int16_t**>(scratch + avx2::ring_bytes(g.ring) + zero_row_bytes(g));
  avx2::clear_padding(ring);
  __builtin_memset(zeros, 0, static_cast<std::size_t>(zero_row_bytes(g)));
  const std::int32_t per_group = g.pixels_per_group;
  const std::int32_t pixels = (a.out_w - 1) / per_group + 1;
  const std::int32_t last_group_bytes = per_group > 1 ? kGroup : a.out_c - (g.groups - 1) * kGroup;
  avx2::DepthwiseRow row = {
      .taps = taps,
      .tap_pairs = tap_pairs(g),
      .pixel_stride = per_group > 1 ? kGroup : std::ptrdiff_t{a.stride_w} * a.out_c,
      .pixels = pixels,
      .groups = g.groups,
      .packed = work.packed,
      .output = nullptr,
      .output_stride = per_group > 1 ? kGroup : a.out_c,
      .last_group_bytes = last_group_bytes,
      .last_pixel_bytes = per_group > 1 ? (a.out_w - (pixels - 1) * per_group) * a.out_c : last_group_bytes,
  };
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t oy = unit % a.out_h;
    if (oy == 0 || unit == work.begin) {
      avx2::start_image(ring, input + std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.in_c);
    }
    place_taps(a, g, ring, zeros, oy, taps);
    row.output = output + std::ptrdiff_t{unit} * a.out_w * a.out_c;
    avx2::depthwise_row(row, a.requant, a.type);
  }
}

}  // namespace

const Kernel<DepthwiseConv2DArgs> depthwise_conv_2d_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = supports,
    .packed_bytes = packed_bytes,
    .pack = pack,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
