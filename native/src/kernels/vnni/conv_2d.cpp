#include "kernels/conv_2d.h"

#include "kernels/vnni/gemm.h"
#include "kernels/vnni/rows.h"

namespace aiedge::kernels {
namespace AIEDGE_VNNI {
namespace {

// The rows of a tile are output pixels of one output row. With dilation_w 1 the taps of one kernel row are
// neighbours in memory and make one segment of the sum, else each tap is one.
std::int32_t segments_per_kernel_row(const Conv2DArgs& a) { return a.dilation_w == 1 ? 1 : a.kernel_w; }

bool is_pointwise(const Conv2DArgs& a) {
  return a.kernel_h == 1 && a.kernel_w == 1 && a.stride_h == 1 && a.stride_w == 1 && a.out_h == a.in_h &&
         a.out_w == a.in_w;
}

GemmShape gemm(const Conv2DArgs& a) {
  const std::int32_t per_row = segments_per_kernel_row(a);
  return {
      .out_c = a.out_c,
      .segments = a.kernel_h * per_row,
      .segment_length = a.kernel_w / per_row * a.in_c,
      .single_row = is_pointwise(a) && std::int64_t{a.batch} * a.in_h * a.in_w == 1,
  };
}

DenseShape dense(const Conv2DArgs& a) {
  return {.gemm = gemm(a), .rows = std::int64_t{a.batch} * a.in_h * a.in_w, .type = a.type};
}

RingShape ring_shape(const Conv2DArgs& a) {
  const std::int64_t span = std::int64_t{a.kernel_h - 1} * a.dilation_h + 1;
  return {
      .in_h = a.in_h,
      .in_w = a.in_w,
      .in_c = a.in_c,
      .pad_left = a.pad_left,
      .columns = std::int64_t{a.out_w - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w + 1,
      .slots = span < a.in_h ? span : a.in_h,
  };
}

std::int64_t window_sums_bytes(const Conv2DArgs& a) { return (std::int64_t{4} * a.out_w + 63) / 64 * 64; }

// Scratch: the ring, the sums of the windows, the places of the segments.
std::int64_t scratch_size(const Conv2DArgs& a) {
  return ring_bytes(ring_shape(a)) + window_sums_bytes(a) +
         gemm(a).segments * static_cast<std::int64_t>(sizeof(const std::uint8_t*));
}

// A dilation far larger than the image would need a ring that is mostly padding: left to others.
bool supports(const Conv2DArgs& a) { return is_pointwise(a) || is_modest(ring_shape(a)); }

std::size_t packed_bytes(const Conv2DArgs& a) { return gemm_packed_bytes(gemm(a)); }

void pack(const Conv2DArgs& a, void* packed) {
  gemm_pack(gemm(a), a.weights, a.weight_type, a.weight_zero_point, a.bias, a.requant.scale,
            unsigned_zero_point(a.type, a.input_zero_point), packed);
}

std::size_t scratch_bytes(const Conv2DArgs& a) {
  if (is_pointwise(a)) return dense_scratch_bytes(dense(a));
  return static_cast<std::size_t>(scratch_size(a));
}

// A unit is one output row of one image, or a part of a dense product.
std::int32_t units(const Conv2DArgs& a) {
  return is_pointwise(a) ? dense_units(dense(a)) : a.batch * a.out_h;
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
  auto** segments = reinterpret_cast<const std::uint8_t**>(scratch + window_sums_bytes(a));
  const std::int32_t per_row = segments_per_kernel_row(a);
  fill_padding(ring);
  const auto* input = static_cast<const std::uint8_t*>(work.input[0]);
  auto* output = static_cast<std::uint8_t*>(work.output);
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t oy = unit % a.out_h;
    if (oy == 0 || unit == work.begin) {
      start_image(ring, input + std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.in_c);
    }
    const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
    advance(ring, top, top + std::int64_t{a.kernel_h - 1} * a.dilation_h + 1);
    std::int32_t count = 0;
    for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
      const std::uint8_t* row = ring_row(ring, top + std::int64_t{ky} * a.dilation_h);
      for (std::int32_t s = 0; s < per_row; ++s)
        segments[count++] = row + std::ptrdiff_t{s} * a.dilation_w * a.in_c;
    }
    gemm_run(shape, work.packed, a.requant, a.type, 0, gemm_panels(shape),
             {
                 .segments = segments,
                 .row_stride = std::ptrdiff_t{a.stride_w} * a.in_c,
                 .rows = a.out_w,
                 .output = output + std::ptrdiff_t{unit} * a.out_w * a.out_c,
                 .output_stride = a.out_c,
                 .window_sums = window_sums,
             });
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
