#include "kernels/neon/conv_2d.h"

namespace aiedge::kernels::neon {
namespace {

GemmShape gemm(const Conv2DArgs& a) {
  return {
      .rows = std::int64_t{a.batch} * a.out_h * a.out_w,
      .depth = std::int64_t{a.kernel_h} * a.kernel_w * a.in_c,
      .out_c = a.out_c,
      .type = a.type,
      .input_zero_point = a.input_zero_point,
      .weight_type = a.weight_type,
      .weight_zero_point = a.weight_zero_point,
  };
}

// The taps of one kernel row; those outside the image are the zero point, which adds 0.
void gather_taps(const Conv2DArgs& a, const std::uint8_t* row, std::int64_t left, std::uint8_t* to) {
  const auto pixel = static_cast<std::size_t>(a.in_c);
  if (a.dilation_w == 1 && left >= 0 && left + a.kernel_w <= a.in_w) {
    __builtin_memcpy(to, row + left * a.in_c, static_cast<std::size_t>(a.kernel_w) * pixel);
    return;
  }
  for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
    const std::int64_t ix = left + std::int64_t{kx} * a.dilation_w;
    if (ix < 0 || ix >= a.in_w) {
      __builtin_memset(to, a.input_zero_point, pixel);
    } else {
      __builtin_memcpy(to, row + ix * a.in_c, pixel);
    }
    to += a.in_c;
  }
}

void gather(const void* context, const std::uint8_t* input, std::int64_t row, std::uint8_t* to) {
  const auto& a = *static_cast<const Conv2DArgs*>(context);
  const std::int64_t line = row / a.out_w;
  const std::int64_t left = row % a.out_w * a.stride_w - a.pad_left;
  const std::int64_t top = line % a.out_h * a.stride_h - a.pad_top;
  const std::int64_t row_bytes = std::int64_t{a.in_w} * a.in_c;
  const std::uint8_t* image = input + line / a.out_h * a.in_h * row_bytes;
  const std::int64_t kernel_row = std::int64_t{a.kernel_w} * a.in_c;
  for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
    const std::int64_t iy = top + std::int64_t{ky} * a.dilation_h;
    if (iy < 0 || iy >= a.in_h) {
      __builtin_memset(to, a.input_zero_point, static_cast<std::size_t>(kernel_row));
    } else {
      gather_taps(a, image + iy * row_bytes, left, to);
    }
    to += kernel_row;
  }
}

void pack(const Conv2DArgs& a, void* packed) { conv_2d_pack(a, multiplier.group, packed); }

void run(const Conv2DArgs& a, const Work& work) { conv_2d_run(a, multiplier, work); }

}  // namespace

std::size_t conv_2d_packed_bytes(const Conv2DArgs& a) { return gemm_packed_bytes(gemm(a)); }

void conv_2d_pack(const Conv2DArgs& a, std::int32_t group, void* packed) {
  gemm_pack(gemm(a), group, a.weights, a.bias, a.requant.scale, packed);
}

std::size_t conv_2d_scratch_bytes(const Conv2DArgs& a) { return gemm_scratch_bytes(gemm(a)); }

std::int32_t conv_2d_units(const Conv2DArgs& a) { return gemm_units(gemm(a)); }

void conv_2d_run(const Conv2DArgs& a, const Multiplier& with, const Work& work) {
  gemm_run(gemm(a), with, gather, &a, a.requant, work);
}

}  // namespace aiedge::kernels::neon

namespace aiedge::kernels {

const Kernel<Conv2DArgs> conv_2d_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = nullptr,
    .packed_bytes = neon::conv_2d_packed_bytes,
    .pack = neon::pack,
    .scratch_bytes = neon::conv_2d_scratch_bytes,
    .units = neon::conv_2d_units,
    .run = neon::run,
};

}  // namespace aiedge::kernels
