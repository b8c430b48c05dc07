#include "kernels/conv_2d.h"

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// The part of the sum for one output position and channel that one tap gives: a dot product over input
// channels.
template <typename X, typename W>
std::uint32_t dot(std::uint32_t acc, const X* x, const W* w, std::int32_t count, std::int32_t zero_x,
                  std::int32_t zero_w) {
  for (std::int32_t i = 0; i < count; ++i) acc = multiply_add(acc, x[i] - zero_x, w[i] - zero_w);
  return acc;
}

template <typename X, typename W>
void row(const Conv2DArgs& a, const X* image, std::int32_t oy, X* out) {
  const W* weights = static_cast<const W*>(a.weights);
  const std::ptrdiff_t in_row = std::ptrdiff_t{a.in_w} * a.in_c;
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    for (std::int32_t o = 0; o < a.out_c; ++o) {
      auto acc = static_cast<std::uint32_t>(a.bias[o]);
      for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
        const std::int64_t iy = std::int64_t{oy} * a.stride_h - a.pad_top + std::int64_t{ky} * a.dilation_h;
        if (iy < 0 || iy >= a.in_h) continue;
        for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
          const std::int64_t ix =
              std::int64_t{ox} * a.stride_w - a.pad_left + std::int64_t{kx} * a.dilation_w;
          if (ix < 0 || ix >= a.in_w) continue;
          const std::ptrdiff_t tap = (std::ptrdiff_t{o} * a.kernel_h + ky) * a.kernel_w + kx;
          acc = dot(acc, image + iy * in_row + ix * a.in_c, weights + tap * a.in_c, a.in_c,
                    a.input_zero_point, a.weight_zero_point);
        }
      }
      *out++ = static_cast<X>(requantize(acc, a.requant.scale[o], a.requant.zero_point, a.requant.clamp_min,
                                         a.requant.clamp_max));
    }
  }
}

// A unit is one output row of one image; preconditions keep batch * out_h within int32.
std::int32_t units(const Conv2DArgs& a) { return a.batch * a.out_h; }

void run(const Conv2DArgs& a, const Work& work) {
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

const Kernel<Conv2DArgs> conv_2d_reference = {
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
