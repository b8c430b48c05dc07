#include "kernels/depthwise_conv_2d.h"

#include "kernels/vnni/depthwise_layout.h"
#include "kernels/vnni/depthwise_pack.h"
#include "kernels/vnni/depthwise_pairs.h"
#include "kernels/vnni/depthwise_tiles.h"
#include "kernels/vnni/rows.h"

namespace aiedge::kernels {
namespace AIEDGE_VNNI {
namespace {

// A window far wider than the image would need rows that are mostly padding: left to others, as is more than
// one output channel for an input channel.
bool supports(const DepthwiseConv2DArgs& a) { return a.multiplier == 1 && is_modest(a); }

std::int64_t whole_lines(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

// Scratch: pairs of full blocks, pairs of the rest, staged rows and one that is all padding, a row of
// padding.
struct Places {
  std::int64_t full, rest, staged, padding, end;
};

// Rows that are staged together.
std::int64_t staged_rows(const DepthwiseLayout& l) {
  return 2 * l.rest.pairs < kMostRows ? 2 * l.rest.pairs : kMostRows;
}

Places places_of(const DepthwiseConv2DArgs& a, const DepthwiseLayout& l) {
  Places p{};
  p.full = 0;
  p.rest = p.full + l.full.pairs * l.full.pair_bytes;
  p.staged = p.rest + l.rest.pairs * l.rest.pair_bytes;
  p.padding = p.staged + (staged_rows(l) + 1) * l.rest.staged_row_bytes;
  p.end = p.padding + whole_lines(std::int64_t{a.in_w} * a.in_c);
  return p;
}

std::size_t scratch_bytes(const DepthwiseConv2DArgs& a) {
  return static_cast<std::size_t>(places_of(a, layout_of(a)).end);
}

// A unit is a strip: the output rows that share quads.
std::int32_t units(const DepthwiseConv2DArgs& a) { return a.batch * strips_of(a); }

struct Run {
  const DepthwiseConv2DArgs& a;
  const DepthwiseHeader& h;
  std::uint8_t* scratch;
  Places places;
};

void fill(std::uint8_t* to, std::int32_t byte, std::int64_t count) {
  __builtin_memset(to, byte, static_cast<std::size_t>(count));
}

// The padding of pairs that are not interleaved from staged rows.
void fill_edges(const Run& run, const BlockLayout& b, std::uint8_t* pairs) {
  const Ints zero_points = all8(unsigned_zero_point(run.a.type, run.a.input_zero_point));
  for (std::int32_t area = 0; area < b.area_count; ++area) {
    const PhaseColumns& columns = run.h.layout.phases[b.areas[area].phase];
    const std::int64_t begin = columns.place * b.width;
    for (std::int64_t pair = 0; pair < b.pairs; ++pair) {
      std::uint8_t* plane = pairs + pair * b.pair_bytes + area * b.area_bytes;
      for (std::int32_t i = 0; i < kPairPlanes; ++i) {
        for (std::int64_t to = 0; to < begin; to += kVectorBytes) store(plane + to, zero_points);
        for (std::int64_t to = begin + std::int64_t{columns.count} * b.width; to < b.needed_bytes;
             to += kVectorBytes)
          store(plane + to, zero_points);
        plane += b.plane_bytes;
      }
    }
  }
}

void fill_padding(const Run& run) {
  const DepthwiseLayout& l = run.h.layout;
  const Places& p = run.places;
  if (l.full_blocks > 0) fill_edges(run, l.full, run.scratch + p.full);
  if (l.blocks > l.full_blocks && !l.rest.staged) fill_edges(run, l.rest, run.scratch + p.rest);
  if (p.padding > p.staged)
    fill(run.scratch + p.staged, unsigned_zero_point(run.a.type, run.a.input_zero_point),
         p.padding - p.staged);
  fill(run.scratch + p.padding, run.a.input_zero_point, p.end - p.padding);
}

// Copy a row of the image with its padding on both sides.
void stage(const Run& run, const BlockLayout& b, const std::uint8_t* row, std::uint8_t* to) {
  const DepthwiseConv2DArgs& a = run.a;
  if (a.stride_w == 1 && b.width == a.in_c) {
    copy_flipped(row, std::int64_t{run.h.layout.used_columns} * a.in_c, flip_of(a.type),
                 to + std::int64_t{a.pad_left} * a.in_c);
    return;
  }
  for (std::int32_t phase = 0; phase < a.stride_w; ++phase) {
    const PhaseColumns& columns = run.h.layout.phases[phase];
    std::uint8_t* first = to + phase * b.staged_phase_bytes + columns.place * b.width;
    copy_pieces(row + std::int64_t{columns.first} * a.in_c, std::int64_t{a.stride_w} * a.in_c, columns.count,
                b.channels, flip_of(a.type), first, b.width);
    // The last piece may have reached beyond its column.
    store(first + std::int64_t{columns.count} * b.width,
          all8(unsigned_zero_point(a.type, a.input_zero_point)));
  }
}

using Rows = const std::uint8_t* [kMostRows];

// What to interleave: `count` rows of the image, given from their block's first channel on; null is padding.
void open_source(const Run& run, const BlockLayout& b, const Rows& rows, std::int32_t count, std::uint8_t* to,
                 PairSource& source) {
  const DepthwiseConv2DArgs& a = run.a;
  const DepthwiseLayout& l = run.h.layout;
  source.pairs = count / 2;
  source.area_count = b.area_count;
  source.flip = b.staged ? 0 : flip_of(a.type);
  source.plane_bytes = b.plane_bytes;
  source.pair_bytes = b.pair_bytes;
  const bool whole = b.staged || b.contiguous;
  source.pieces = whole ? 1 : b.pixels;
  source.bytes = whole ? kVectorBytes : b.channels;
  source.piece_step = whole ? kVectorBytes : std::int64_t{a.stride_w} * a.in_c;
  Rows from;
  if (b.staged) {
    std::uint8_t* staged = run.scratch + run.places.staged;
    for (std::int32_t i = 0; i < count; ++i) {
      from[i] = staged + (rows[i] == nullptr ? staged_rows(l) : i) * b.staged_row_bytes;
      if (rows[i] != nullptr) stage(run, b, rows[i], staged + i * b.staged_row_bytes);
    }
  } else {
    for (std::int32_t i = 0; i < count; ++i)
      from[i] = rows[i] == nullptr ? run.scratch + run.places.padding : rows[i];
  }
  for (std::int32_t area = 0; area < b.area_count; ++area) {
    const PhaseColumns& columns = l.phases[b.areas[area].phase];
    PairRows& pairs = source.areas[area];
    std::int64_t place = 0;
    pairs.done = 0;
    if (b.staged) {
      place = b.areas[area].phase * b.staged_phase_bytes + b.areas[area].residue;
      pairs.first = 0;
      pairs.total = (b.needed_bytes - 1) / kVectorBytes + 1;
    } else {
      place = std::int64_t{columns.first} * a.in_c;
      pairs.first = columns.place * b.width;
      pairs.total = columns.count / b.pixels;
    }
    pairs.to = to + area * b.area_bytes + pairs.first;
    for (std::int32_t i = 0; i < count; ++i) pairs.rows[i] = from[i] + place;
  }
}

// The pairs of the last columns of each area, which do not fill a vector.
void make_tail(const Run& run, const BlockLayout& b, const PairSource& source) {
  const DepthwiseConv2DArgs& a = run.a;
  const std::int64_t column_step = std::int64_t{a.stride_w} * a.in_c;
  const std::int32_t count = 2 * source.pairs;
  for (std::int32_t area = 0; area < b.area_count; ++area) {
    const PairRows& rows = source.areas[area];
    const std::int32_t columns = run.h.layout.phases[b.areas[area].phase].count % b.pixels;
    if (columns == 0) continue;
    alignas(64) std::uint8_t tails[kMostRows][kVectorBytes];
    fill(tails[0], a.input_zero_point, std::int64_t{count} * kVectorBytes);
    PairSource tail;
    tail.pairs = source.pairs;
    tail.area_count = 1;
    tail.flip = source.flip;
    tail.pieces = 1;
    tail.bytes = kVectorBytes;
    tail.piece_step = kVectorBytes;
    tail.plane_bytes = source.plane_bytes;
    tail.pair_bytes = source.pair_bytes;
    tail.areas[0].to = rows.to + rows.total * kVectorBytes;
    tail.areas[0].first = 0;
    tail.areas[0].done = 0;
    tail.areas[0].total = 1;
    for (std::int32_t i = 0; i < count; ++i) {
      for (std::int32_t column = 0; column < columns; ++column) {
        const std::uint8_t* from = rows.rows[i] + (rows.total * b.pixels + column) * column_step;
        std::uint8_t* to = tails[i] + column * b.width;
        __builtin_memcpy(to, from, 16);
        if (b.width > 16) __builtin_memcpy(to + 16, from + 16, 16);
      }
      tail.areas[0].rows[i] = tails[i];
    }
    make_pairs(tail, kVectorBytes);
  }
}

// Strips of one image, and a block of channels.
struct Task {
  const std::uint8_t* image;
  std::uint8_t* output;  // of the image
  std::int32_t first;
  std::int32_t count;
  std::int32_t block;
};

// A source of the pairs of `count` rows from `top` on, of which the first `needed` matter.
void open_rows(const Run& run, const BlockLayout& b, const Task& task, std::int64_t top, std::int32_t count,
               std::int32_t needed, std::uint8_t* to, PairSource& source) {
  const DepthwiseConv2DArgs& a = run.a;
  Rows rows;
  for (std::int32_t i = 0; i < count; ++i) {
    const std::int64_t iy = top + std::int64_t{i} * a.dilation_h;
    rows[i] = i < needed && iy >= 0 && iy < a.in_h
                  ? task.image + iy * a.in_w * a.in_c + std::int64_t{task.block} * kVectorBytes
                  : nullptr;
  }
  open_source(run, b, rows, count, to, source);
  if (b.pixels > 1 && !b.staged) make_tail(run, b, source);
}

void run_task(const Run& run, const Task& task) {
  const DepthwiseConv2DArgs& a = run.a;
  const DepthwiseLayout& l = run.h.layout;
  const RowScheme& scheme = l.scheme;
  const bool full = task.block < l.full_blocks;
  const BlockLayout& b = full ? l.full : l.rest;
  const auto* packed = reinterpret_cast<const std::uint8_t*>(&run.h);
  std::uint8_t* pairs = run.scratch + (full ? run.places.full : run.places.rest);
  const std::int32_t late_row = 4 * (scheme.quads - 1) - (a.kernel_h - 1);
  const std::int32_t last_pixels = a.out_w - (b.vectors - 1) * b.pixels;
  PairSource source;
  DepthwiseStrips strips = {
      .source = &source,
      .window_bytes = b.window_bytes,
      .pairs = pairs,
      .strip_bytes = scheme.pair_step * b.pair_bytes,
      .pair_bytes = b.pair_bytes,
      .plane_bytes = b.plane_bytes,
      .dots = reinterpret_cast<const std::ptrdiff_t*>(packed + (full ? run.h.full_dots : run.h.rest_dots)),
      .shape = run.h.weights,
      .late_dot = (scheme.quads - 1) * a.kernel_w,
      .late_row = late_row < 0 ? 0 : late_row,
      .record =
          reinterpret_cast<const DepthwiseRecord*>(packed + run.h.records + task.block * run.h.record_bytes),
      .output_rows = 0,
      .vectors = b.vectors,
      .output = nullptr,
      .output_row_stride = std::ptrdiff_t{a.out_w} * a.out_c,
      .output_stride = std::ptrdiff_t{b.pixels} * a.out_c,
      .pixels = b.scattered ? b.pixels : 1,
      .pixel_stride = a.out_c,
      .bytes = b.scattered ? b.channels : b.pixels * b.channels,
      .last_bytes = b.scattered ? last_pixels : last_pixels * b.channels,
  };
  for (std::int32_t done = 0; done < task.count; done += b.strips) {
    const std::int32_t first = task.first + done;
    const std::int32_t count = task.count - done < b.strips ? task.count - done : b.strips;
    const std::int64_t top = std::int64_t{first} * scheme.step - a.pad_top;
    const std::int32_t rows = 4 * scheme.quads + 2 * (count - 1) * scheme.pair_step;
    const std::int32_t needed = a.kernel_h + scheme.rows - 1 + (count - 1) * scheme.step;
    for (std::int32_t row = 0; row < rows; row += kMostRows) {
      if (row > 0) make_pairs(source, b.needed_bytes);
      open_rows(run, b, task, top + std::int64_t{row} * a.dilation_h,
                rows - row < kMostRows ? rows - row : kMostRows, needed - row, pairs + row / 2 * b.pair_bytes,
                source);
    }
    const std::int32_t oy = first * scheme.rows;
    strips.output_rows = a.out_h - oy < count * scheme.rows ? a.out_h - oy : count * scheme.rows;
    strips.output = task.output + oy * strips.output_row_stride + std::int64_t{task.block} * kVectorBytes;
    depthwise_strips(strips, a.requant, a.type, run.h.bounded != 0);
  }
}

void run(const DepthwiseConv2DArgs& a, const Work& work) {
  const DepthwiseHeader& h = *static_cast<const DepthwiseHeader*>(work.packed);
  const DepthwiseLayout& l = h.layout;
  const Run run = {
      .a = a, .h = h, .scratch = static_cast<std::uint8_t*>(work.scratch), .places = places_of(a, l)};
  fill_padding(run);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  const std::int32_t most = l.full.strips > l.rest.strips ? l.full.strips : l.rest.strips;
  for (std::int32_t unit = work.begin; unit < work.end;) {
    const std::int64_t image = unit / l.strips;
    const std::int32_t first = unit % l.strips;
    std::int32_t count = work.end - unit < l.strips - first ? work.end - unit : l.strips - first;
    if (count > most) count = most;
    for (std::int32_t block = 0; block < l.blocks; ++block) {
      run_task(run, {.image = input + image * a.in_h * a.in_w * a.in_c,
                     .output = output + image * a.out_h * a.out_w * a.out_c,
                     .first = first,
                     .count = count,
                     .block = block});
    }
    unit += count;
  }
}

}  // namespace
}  // namespace AIEDGE_VNNI

const Kernel<DepthwiseConv2DArgs> AIEDGE_VNNI_KERNEL(depthwise_conv_2d_) = {
    .name = AIEDGE_VNNI_NAME,
    .isa = AIEDGE_VNNI::kIsa,
    .supports = AIEDGE_VNNI::supports,
    .packed_bytes = AIEDGE_VNNI::depthwise_packed_bytes,
    .pack = AIEDGE_VNNI::depthwise_pack,
    .scratch_bytes = AIEDGE_VNNI::scratch_bytes,
    .units = AIEDGE_VNNI::units,
    .run = AIEDGE_VNNI::run,
};

}  // namespace aiedge::kernels
