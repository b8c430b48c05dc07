#include "kernels/float_depthwise_conv_2d.h"

#include "kernels/reference/floats.h"

namespace aiedge::kernels {
namespace {

// One output element of image `image`.
float element(const FloatDepthwiseConv2DArgs& a, const void* x, std::int64_t image, std::int32_t oy,
              std::int32_t ox, std::int32_t o) {
  float acc = a.bias[o];
  for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
    const std::int64_t iy = std::int64_t{oy} * a.stride_h - a.pad_top + std::int64_t{ky} * a.dilation_h;
    if (iy < 0 || iy >= a.in_h) continue;
    for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
      const std::int64_t ix = std::int64_t{ox} * a.stride_w - a.pad_left + std::int64_t{kx} * a.dilation_w;
      if (ix < 0 || ix >= a.in_w) continue;
      const float value = load_float(x, ((image * a.in_h + iy) * a.in_w + ix) * a.in_c + o / a.multiplier);
      acc += value * a.weights[(std::int64_t{ky} * a.kernel_w + kx) * a.out_c + o];
    }
  }
  return acc;
}

// A unit is one output row of one image.
std::int32_t units(const FloatDepthwiseConv2DArgs& a) { return a.batch * a.out_h; }

void run(const FloatDepthwiseConv2DArgs& a, const Work& work) {
  std::int64_t index = std::int64_t{work.begin} * a.out_w * a.out_c;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
      for (std::int32_t o = 0; o < a.out_c; ++o)
        store_float(work.output, index++, element(a, work.input[0], unit / a.out_h, unit % a.out_h, ox, o));
    }
  }
}

}  // namespace

const Kernel<FloatDepthwiseConv2DArgs> float_depthwise_conv_2d_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
