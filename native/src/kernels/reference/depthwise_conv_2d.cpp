#include "kernels/depthwise_conv_2d.h"

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

template <typename X, typename W>
void row(const DepthwiseConv2DArgs& a, const X* image, std::int32_t oy, X* out) {
  const W* weights = static_cast<const W*>(a.weights);
  const std::ptrdiff_t in_row = std::ptrdiff_t{a.in_w} * a.in_c;
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    for (std::int32_t o = 0; o < a.out_c; ++o) {
      const std::int32_t c = o / a.multiplier;
      auto acc = static_cast<std::uint32_t>(a.bias[o]);
      for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
        const std::int64_t iy = std::int64_t{oy} * a.stride_h - a.pad_top + std::int64_t{ky} * a.dilation_h;
        if (iy < 0 || iy >= a.in_h) continue;
        for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
          const std::int64_t ix =
              std::int64_t{ox} * a.stride_w - a.pad_left + std::int64_t{kx} * a.dilation_w;
          if (ix < 0 || ix >= a.in_w) continue;
          const X x = image[iy * in_row + ix * a.in_c + c];
          const W w = weights[(std::ptrdiff_t{ky} * a.kernel_w + kx) * a.out_c + o];
          acc = multiply_add(acc, x - a.input_zero_point, w - a.weight_zero_point);
        }
      }
      *out++ = static_cast<X>(requantize(acc, a.requant.scale[o], a.requant.zero_point, a.requant.clamp_min,
                                         a.requant.clamp_max));
    }
  }
}

// A unit is one output row of one image.
std::int32_t units(const DepthwiseConv2DArgs& a) { return a.batch * a.out_h; }

void run(const DepthwiseConv2DArgs& a, const Work& work) {
  with_type(a.type, [&](auto x) {
    using X = decltype(x);
    with_type(a.weight_type, [&](auto w) {
      for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
        const std::ptrdiff_t image = std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.in_c;
        const std::ptrdiff_t out = std::ptrdiff_t{unit} * a.out_w * a.out_c;
        row<X, decltype(w)>(a, static_cast<const X*>(work.input[0]) + image, unit % a.out_h,
                            static_cast<X*>(work.output) + out);
      }
    });
  });
}

}  // namespace

const Kernel<DepthwiseConv2DArgs> depthwise_conv_2d_reference = {
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
