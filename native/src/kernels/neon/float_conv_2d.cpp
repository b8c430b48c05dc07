#include "kernels/float_conv_2d.h"

#include <arm_neon.h>

#include "kernels/neon/float_tiles.h"
#include "kernels/neon/float_window.h"

namespace aiedge::kernels {
namespace {

// A pointwise convolution is one long row of pixels, cut into pieces whose x stays in the cache while all
// panels pass over it.
constexpr std::int32_t kMostPixels = 96;
constexpr std::int32_t kPieceFloats = 1 << 15;

bool is_pointwise(const FloatConv2DArgs& a) {
  return a.kernel_h == 1 && a.kernel_w == 1 && a.stride_h == 1 && a.stride_w == 1 && a.out_h == a.in_h &&
         a.out_w == a.in_w;
}

std::int64_t depth_of(const FloatConv2DArgs& a) { return std::int64_t{a.kernel_h} * a.kernel_w * a.in_c; }

std::int32_t groups_of(const FloatConv2DArgs& a) { return (neon::panels_of(a.out_c) - 1) / neon::kGroup + 1; }

std::int64_t pixels_of(const FloatConv2DArgs& a) { return std::int64_t{a.batch} * a.out_h * a.out_w; }

std::int64_t piece_of(const FloatConv2DArgs& a) {
  const std::int64_t fits = kPieceFloats / a.in_c / neon::kTileRows * neon::kTileRows;
  return fits < neon::kTileRows ? neon::kTileRows : neon::least_of(fits, kMostPixels);
}

// A unit is an output row, or a piece of a pointwise convolution's pixels, times a group of panels.
std::int32_t units(const FloatConv2DArgs& a) {
  const std::int64_t pieces =
      is_pointwise(a) ? (pixels_of(a) - 1) / piece_of(a) + 1 : std::int64_t{a.batch} * a.out_h;
  return static_cast<std::int32_t>(pieces * groups_of(a));
}

// An output row times `panels` panels.
void row(const FloatConv2DArgs& a, neon::Tile tile, std::int32_t panels, std::int64_t oy) {
  const std::int64_t panel_step = neon::panel_floats(depth_of(a));
  const std::int64_t line = std::int64_t{a.in_w} * a.in_c;
  const std::int64_t top = oy * a.stride_h - a.pad_top;
  const neon::Inside rows = neon::taps_inside(top, a.kernel_h, a.dilation_h, a.in_h);
  neon::Taps taps = {.row_begin = rows.begin,
                     .row_end = rows.end,
                     .column_begin = 0,
                     .column_end = a.kernel_w,
                     .columns = a.kernel_w,
                     .length = a.in_c,
                     .row_step = a.dilation_h * line,
                     .column_step = std::int64_t{a.dilation_w} * a.in_c,
                     .joined = a.dilation_w == 1};
  tile.x_step = std::int64_t{a.stride_w} * a.in_c;
  tile.y_step = a.out_c;
  float* const y = tile.y;
  const auto pixels = [&](std::int64_t begin, std::int64_t count) {
    tile.x = top * line + (begin * a.stride_w - a.pad_left) * a.in_c;
    tile.y = y + begin * a.out_c;
    neon::multiply(taps, tile, count, panels, panel_step);
  };
  const auto border = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t ox = begin; ox < end; ++ox) {
      const neon::Inside columns =
          neon::taps_inside(ox * a.stride_w - a.pad_left, a.kernel_w, a.dilation_w, a.in_w);
      taps.column_begin = columns.begin;
      taps.column_end = columns.end;
      pixels(ox, 1);
    }
  };
  const neon::Inside inner = neon::whole_columns(a);
  if (inner.end > inner.begin) pixels(inner.begin, inner.end - inner.begin);
  border(0, inner.begin);
  border(inner.end, a.out_w);
}

// Some pixels of a pointwise convolution times `panels` panels.
void piece(const FloatConv2DArgs& a, neon::Tile tile, std::int32_t panels, std::int64_t first) {
  const neon::Taps taps = neon::all_of(a.in_c);
  tile.x = first * a.in_c;
  tile.x_step = a.in_c;
  tile.y_step = a.out_c;
  const std::int64_t count = neon::least_of(pixels_of(a) - first, piece_of(a));
  neon::multiply(taps, tile, count, panels, neon::panel_floats(a.in_c));
}

void run(const FloatConv2DArgs& a, const Work& work) {
  const bool pointwise = is_pointwise(a);
  const std::int32_t groups = groups_of(a);
  const auto* x = static_cast<const float*>(work.input[0]);
  auto* y = static_cast<float*>(work.output);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t place = unit / groups;
    const std::int32_t panel = unit % groups * neon::kGroup;
    const std::int32_t channel = panel * neon::kPanel;
    const auto panels =
        static_cast<std::int32_t>(neon::least_of(neon::panels_of(a.out_c) - panel, neon::kGroup));
    const std::int64_t first = pointwise ? place * piece_of(a) : place * a.out_w;
    const std::int64_t image = pointwise ? 0 : place / a.out_h;
    const neon::Tile tile = {
        .image = x + image * a.in_h * a.in_w * a.in_c,
        .x = 0,
        .x_step = 0,
        .panel = static_cast<const float*>(work.packed) + panel * neon::panel_floats(depth_of(a)),
        .y = y + first * a.out_c + channel,
        .y_step = 0,
        .channels = a.out_c - channel,
    };
    if (pointwise) {
      piece(a, tile, panels, first);
    } else {
      row(a, tile, panels, place % a.out_h);
    }
  }
}

std::size_t packed_bytes(const FloatConv2DArgs& a) { return neon::panels_bytes(a.out_c, depth_of(a)); }

void pack(const FloatConv2DArgs& a, void* packed) {
  neon::pack_panels(a.weights, a.bias, a.out_c, depth_of(a), static_cast<float*>(packed));
}

}  // namespace

const Kernel<FloatConv2DArgs> float_conv_2d_neon = {
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
