#include "kernels/conv_2d.h"

#include "kernels/vnni/gemm.h"
#include "kernels/vnni/rows.h"

namespace aiedge::kernels {
namespace AIEDGE_VNNI {
namespace {

// The rows of the matrix product are output pixels. What a window has of one row of the image, with
// dilation_w 1, is a run of neighbouring bytes; else each tap is one. A run is a segment of the sum, read
// where it lies; but short runs, which would leave quads half empty, are gathered first.
std::int32_t runs_per_kernel_row(const Conv2DArgs& a) { return a.dilation_w == 1 ? 1 : a.kernel_w; }

std::int32_t run_count(const Conv2DArgs& a) { return a.kernel_h * runs_per_kernel_row(a); }

std::int32_t run_bytes(const Conv2DArgs& a) { return a.kernel_w / runs_per_kernel_row(a) * a.in_c; }

bool is_pointwise(const Conv2DArgs& a) {
  return a.kernel_h == 1 && a.kernel_w == 1 && a.stride_h == 1 && a.stride_w == 1 && a.out_h == a.in_h &&
         a.out_w == a.in_w;
}

std::int64_t window_stride(const Conv2DArgs& a) {
  return (std::int64_t{run_count(a)} * run_bytes(a) + 3) / 4 * 4;
}

// Whether the windows are gathered. That costs the time of three to four dot products a window, and makes the
// sums of the windows, which weights with a zero point need, one run long.
bool gathers(const Conv2DArgs& a) {
  const std::int32_t bytes = run_bytes(a);
  if (run_count(a) == 1 || bytes > kMostRunBytes || bytes % 4 == 0) return false;
  if (a.weight_zero_point != 0) return true;
  constexpr std::int64_t kLeastDots = 4;
  const std::int64_t quads = std::int64_t{run_count(a)} * ((bytes + 3) / 4) - window_stride(a) / 4;
  return quads * ((a.out_c - 1) / kLanes + 1) >= kLeastDots;
}

// Output rows that are computed together: enough for tiles that follow each other without a pause, while all
// they need stays in a first-level cache.
std::int32_t lines_at_once(const Conv2DArgs& a) {
  constexpr std::int64_t kPixels = 96;
  constexpr std::int64_t kGatheredBytes = 8192;
  const std::int64_t lines = gathers(a) ? kGatheredBytes / window_stride(a) / a.out_w : kPixels / a.out_w;
  if (lines < 1) return 1;
  return static_cast<std::int32_t>(lines < a.out_h ? lines : a.out_h);
}

GemmShape gemm(const Conv2DArgs& a) {
  GemmShape shape = {
      .out_c = a.out_c,
      .segments = run_count(a),
      .segment_length = run_bytes(a),
      .rows = a.out_w,
      .single_row = false,
  };
  if (gathers(a)) {
    shape.segment_length *= shape.segments;
    shape.segments = 1;
    shape.rows *= lines_at_once(a);
  }
  return shape;
}

DenseShape dense(const Conv2DArgs& a) {
  const std::int64_t rows = std::int64_t{a.batch} * a.in_h * a.in_w;
  return {
      .gemm =
          {
              .out_c = a.out_c,
              .segments = 1,
              .segment_length = a.in_c,
              .rows = static_cast<std::int32_t>(rows),
              .single_row = rows == 1,
          },
      .rows = rows,
      .type = a.type,
  };
}

RingShape ring_shape(const Conv2DArgs& a) {
  const std::int64_t span =
      std::int64_t{a.kernel_h - 1} * a.dilation_h + 1 + std::int64_t{lines_at_once(a) - 1} * a.stride_h;
  return {
      .in_h = a.in_h,
      .in_w = a.in_w,
      .in_c = a.in_c,
      .pad_left = a.pad_left,
      .columns = std::int64_t{a.out_w - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w + 1,
      .slots = span < a.in_h ? span : a.in_h,
  };
}

std::int64_t whole_lines(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

std::int64_t window_sums_bytes(const Conv2DArgs& a) {
  return whole_lines(std::int64_t{4} * a.out_w * lines_at_once(a));
}

std::int64_t places_bytes(const Conv2DArgs& a) {
  return whole_lines(std::int64_t{run_count(a)} * lines_at_once(a) *
                     static_cast<std::int64_t>(sizeof(const std::uint8_t*)));
}

std::int64_t gathered_bytes(const Conv2DArgs& a) {
  if (!gathers(a)) return 0;
  return whole_lines(window_stride(a) * a.out_w * lines_at_once(a) + kMostRunBytes);
}

// A dilation far larger than the image would need a ring that is mostly padding: left to others.
bool supports(const Conv2DArgs& a) { return is_pointwise(a) || is_modest(ring_shape(a)); }

std::size_t packed_bytes(const Conv2DArgs& a) {
  return gemm_packed_bytes(is_pointwise(a) ? dense(a).gemm : gemm(a));
}

void pack(const Conv2DArgs& a, void* packed) {
  gemm_pack(is_pointwise(a) ? dense(a).gemm : gemm(a), a.weights, a.weight_type, a.weight_zero_point, a.bias,
            a.requant.scale, unsigned_zero_point(a.type, a.input_zero_point), packed);
}

// Scratch: the ring, the sums of the windows, the places of the runs, the gathered windows.
std::size_t scratch_bytes(const Conv2DArgs& a) {
  if (is_pointwise(a)) return dense_scratch_bytes(dense(a));
  return static_cast<std::size_t>(ring_bytes(ring_shape(a)) + window_sums_bytes(a) + places_bytes(a) +
                                  gathered_bytes(a));
}

// A unit is one output row of one image, or a part of a dense product.
std::int32_t units(const Conv2DArgs& a) {
  return is_pointwise(a) ? dense_units(dense(a)) : a.batch * a.out_h;
}

// Where the runs of the first window of output row `oy` are.
void find_runs(const Conv2DArgs& a, const RowRing& ring, std::int32_t oy, const std::uint8_t** runs) {
  const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
  const std::int32_t per_row = runs_per_kernel_row(a);
  find_rows(ring, top, a.dilation_h, a.kernel_h, per_row, runs);
  for (std::int32_t ky = 0; ky < a.kernel_h; ++ky, runs += per_row) {
    for (std::int32_t s = 1; s < per_row; ++s) runs[s] = runs[0] + std::ptrdiff_t{s} * a.dilation_w * a.in_c;
  }
}

void run(const Conv2DArgs& a, const Work& work) {
  if (is_pointwise(a)) {
    dense_run(dense(a), a.requant, work);
    return;
  }
  const GemmShape shape = gemm(a);
  const RingShape rows = ring_shape(a);
  auto* scratch = static_cast<std::uint8_t*>(work.scratch);
  RowRing ring = {
      .shape = rows,
      .flip = flip_of(a.type),
      .zero_point = unsigned_zero_point(a.type, a.input_zero_point),
      .rows = scratch,
      .row_bytes = ring_row_bytes(rows),
      .image = nullptr,
      .next = 0,
  };
  scratch += ring_bytes(rows);
  auto* window_sums = reinterpret_cast<std::int32_t*>(scratch);
  scratch += window_sums_bytes(a);
  auto** runs = reinterpret_cast<const std::uint8_t**>(scratch);
  const std::uint8_t* gathered = scratch + places_bytes(a);
  const bool must_gather = gathers(a);
  const std::int32_t most_lines = lines_at_once(a);
  const std::int32_t count = run_count(a);
  const std::ptrdiff_t step = std::ptrdiff_t{a.stride_w} * a.in_c;
  fill_padding(ring);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  for (std::int32_t unit = work.begin; unit < work.end;) {
    const std::int32_t oy = unit % a.out_h;
    if (oy == 0 || unit == work.begin) {
      start_image(ring, input + std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.in_c);
    }
    std::int32_t lines = most_lines;
    if (lines > a.out_h - oy) lines = a.out_h - oy;
    if (lines > work.end - unit) lines = work.end - unit;
    const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
    advance(ring, top,
            top + std::int64_t{lines - 1} * a.stride_h + std::int64_t{a.kernel_h - 1} * a.dilation_h + 1);
    for (std::int32_t line = 0; line < lines; ++line) {
      const std::uint8_t** line_runs = runs + (must_gather ? 0 : std::ptrdiff_t{line} * count);
      find_runs(a, ring, oy + line, line_runs);
      if (must_gather) {
        gather({.first = line_runs, .count = count, .bytes = run_bytes(a), .step = step}, a.out_w,
               window_stride(a), scratch + places_bytes(a) + line * a.out_w * window_stride(a));
      }
    }
    gemm_run(shape, work.packed, a.requant, 0, gemm_panels(shape),
             {
                 .segments = must_gather ? &gathered : runs,
                 .row_stride = must_gather ? window_stride(a) : step,
                 .rows = must_gather ? lines * a.out_w : a.out_w,
                 .lines = must_gather ? 1 : lines,
                 .flip = 0,
                 .output = output + std::ptrdiff_t{unit} * a.out_w * a.out_c,
                 .output_stride = a.out_c,
                 .window_sums = window_sums,
             });
    unit += lines;
  }
}

}  // namespace
}  // namespace AIEDGE_VNNI

const Kernel<Conv2DArgs> AIEDGE_VNNI_KERNEL(conv_2d_) = {
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
