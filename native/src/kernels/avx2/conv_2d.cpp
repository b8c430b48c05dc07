#include "kernels/conv_2d.h"

#include "kernels/avx2/gemm.h"
#include "kernels/avx2/rows.h"

namespace aiedge::kernels {
namespace {

// The rows of a tile are output pixels of one output row. With dilation_w 1 the taps of one kernel row are
// neighbours in memory and make one segment of the sum, else each tap is one.
std::int32_t segments_per_kernel_row(const Conv2DArgs& a) { return a.dilation_w == 1 ? 1 : a.kernel_w; }

bool is_pointwise(const Conv2DArgs& a) {
  return a.kernel_h == 1 && a.kernel_w == 1 && a.stride_h == 1 && a.stride_w == 1 && a.out_h == a.in_h &&
         a.out_w == a.in_w;
}

avx2::GemmShape gemm(const Conv2DArgs& a) {
  const std::int32_t per_row = segments_per_kernel_row(a);
  return {
      .out_c = a.out_c,
      .segments = a.kernel_h * per_row,
      .segment_length = a.kernel_w / per_row * a.in_c,
      .wide = avx2::needs_wide_weights(a.weight_type, a.weight_zero_point),
  };
}

avx2::DenseShape dense(const Conv2DArgs& a) {
  return {
      .gemm = gemm(a),
      .rows = std::int64_t{a.batch} * a.in_h * a.in_w,
      .type = a.type,
      .input_zero_point = a.input_zero_point,
  };
}

avx2::RingShape ring_shape(const Conv2DArgs& a) {
  const std::int64_t span = std::int64_t{a.kernel_h - 1} * a.dilation_h + 1;
  return {
      .in_h = a.in_h,
      .in_w = a.in_w,
      .in_c = a.in_c,
      .repeat = 1,
      .pad_left = a.pad_left,
      .columns = std::int64_t{a.out_w - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w + 1,
      .slots = span < a.in_h ? span : a.in_h,
  };
}

// Scratch: the ring, the widened panel, the places of the segments.
std::int64_t scratch_size(const Conv2DArgs& a) {
  const avx2::GemmShape shape = gemm(a);
  return avx2::ring_bytes(ring_shape(a)) + avx2::gemm_panel_space_bytes(shape, a.out_w) +
         shape.segments * static_cast<std::int64_t>(sizeof(const std::int16_t*));
}

// A dilation far larger than the image would need a ring that is mostly padding: left to the reference.
bool supports(const Conv2DArgs& a) { return is_pointwise(a) || avx2::is_modest(ring_shape(a)); }

std::size_t packed_bytes(const Conv2DArgs& a) { return avx2::gemm_packed_bytes(gemm(a)); }

void pack(const Conv2DArgs& a, void* packed) {
  avx2::gemm_pack(gemm(a), a.weights, a.weight_type, a.weight_zero_point, a.bias, a.requant.scale, packed);
}

std::size_t scratch_bytes(const Conv2DArgs& a) {
  if (is_pointwise(a)) return avx2::dense_scratch_bytes(dense(a));
  return static_cast<std::size_t>(scratch_size(a));
}

// A unit is one output row of one image, or a part of a dense product.
std::int32_t units(const Conv2DArgs& a) {
  return is_pointwise(a) ? avx2::dense_units(dense(a)) : a.batch * a.out_h;
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

void output_row(const Conv2DArgs& a, const avx2::GemmShape& shape, const void* packed, avx2::RowRing& ring,
                std::int16_t* panel_space, const std::int16_t** segments, std::int32_t oy,
                std::uint8_t* output) {
  const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
  // Kernel rows whose input row exists.
  const std::int64_t ky_begin = top < 0 ? ceil_div(-top, a.dilation_h) : 0;
  const std::int64_t ky_limit = top < a.in_h ? ceil_div(a.in_h - top, a.dilation_h) : 0;
  const std::int64_t ky_end = ky_limit < a.kernel_h ? ky_limit : a.kernel_h;
  const std::int32_t per_row = segments_per_kernel_row(a);
  std::int32_t count = 0;
  if (ky_begin < ky_end) {
    avx2::advance(ring, top, top + (ky_end - 1) * a.dilation_h + 1);
    for (std::int64_t ky = ky_begin; ky < ky_end; ++ky) {
      const std::int16_t* row = avx2::ring_row(ring, top + ky * a.dilation_h);
      for (std::int32_t s = 0; s < per_row; ++s)
        segments[count++] = row + std::ptrdiff_t{s} * a.dilation_w * a.in_c;
    }
  }
  const auto first = count == 0 ? 0 : static_cast<std::int32_t>(ky_begin) * per_row;
  avx2::gemm_run(shape, packed, a.requant, a.type, 0, avx2::gemm_panels(shape),
                 {
                     .segments = segments,
                     .first_segment = first,
                     .end_segment = first + count,
                     .row_stride = std::ptrdiff_t{a.stride_w} * a.in_c,
                     .rows = a.out_w,
                     .output = output,
                     .output_stride = a.out_c,
                     .panel_space = panel_space,
                 });
}

void run(const Conv2DArgs& a, const Work& work) {
  if (is_pointwise(a)) {
    avx2::dense_run(dense(a), a.requant, work);
    return;
  }
  const avx2::GemmShape shape = gemm(a);
  const avx2::RingShape rows = ring_shape(a);
  auto* scratch = static_cast<std::uint8_t*>(work.scratch);
  avx2::RowRing ring = {
      .shape = rows,
      .type = a.type,
      .zero_point = a.input_zero_point,
      .rows = reinterpret_cast<std::int16_t*>(scratch),
      .row_elements = avx2::ring_row_elements(rows),
      .image = nullptr,
      .next = 0,
  };
  scratch += avx2::ring_bytes(rows);
  auto* panel_space = reinterpret_cast<std::int16_t*>(scratch);
  scratch += avx2::gemm_panel_space_bytes(shape, a.out_w);
  auto** segments = reinterpret_cast<const std::int16_t**>(scratch);
  avx2::clear_padding(ring);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t oy = unit % a.out_h;
    if (oy == 0 || unit == work.begin) {
      avx2::start_image(ring, input + std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.in_c);
    }
    output_row(a, shape, work.packed, ring, panel_space, segments, oy,
               output + std::ptrdiff_t{unit} * a.out_w * a.out_c);
  }
}

}  // namespace

const Kernel<Conv2DArgs> conv_2d_avx2 = {
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
