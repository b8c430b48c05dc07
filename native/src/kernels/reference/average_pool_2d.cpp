#include "kernels/average_pool_2d.h"

#include <algorithm>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

template <typename T>
void row(const AveragePool2DArgs& a, const T* image, std::int32_t oy, T* out) {
  const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
  const std::int64_t y_begin = std::max<std::int64_t>(top, 0);
  const std::int64_t y_end = std::min<std::int64_t>(top + a.filter_h, a.in_h);
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    const std::int64_t left = std::int64_t{ox} * a.stride_w - a.pad_left;
    const std::int64_t x_begin = std::max<std::int64_t>(left, 0);
    const std::int64_t x_end = std::min<std::int64_t>(left + a.filter_w, a.in_w);
    const auto count = static_cast<std::int32_t>((y_end - y_begin) * (x_end - x_begin));
    for (std::int32_t c = 0; c < a.channels; ++c) {
      std::int32_t sum = 0;
      for (std::int64_t y = y_begin; y < y_end; ++y) {
        for (std::int64_t x = x_begin; x < x_end; ++x) sum += image[(y * a.in_w + x) * a.channels + c];
      }
      const std::int32_t half = sum < 0 ? -(count / 2) : count / 2;  // half away from zero
      *out++ = static_cast<T>(std::clamp((sum + half) / count, a.clamp_min, a.clamp_max));
    }
  }
}

// A unit is one output row of one image.
std::int32_t units(const AveragePool2DArgs& a) { return a.batch * a.out_h; }

void run(const AveragePool2DArgs& a, const Work& work) {
  with_type(a.type, [&](auto type) {
    using T = decltype(type);
    for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
      const std::ptrdiff_t image = std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.channels;
      const std::ptrdiff_t out = std::ptrdiff_t{unit} * a.out_w * a.channels;
      row(a, static_cast<const T*>(work.input[0]) + image, unit % a.out_h,
          static_cast<T*>(work.output) + out);
    }
  });
}

}  // namespace

const Kernel<AveragePool2DArgs> average_pool_2d_reference = {
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
