#include "kernels/max_pool_2d.h"

#include <algorithm>
#include <limits>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

template <typename T>
void row(const MaxPool2DArgs& a, const T* image, std::int32_t oy, T* out) {
  const std::int64_t top = std::int64_t{oy} * a.stride_h - a.pad_top;
  const std::int64_t y_begin = std::max<std::int64_t>(top, 0);
  const std::int64_t y_end = std::min<std::int64_t>(top + a.filter_h, a.in_h);
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    const std::int64_t left = std::int64_t{ox} * a.stride_w - a.pad_left;
    const std::int64_t x_begin = std::max<std::int64_t>(left, 0);
    const std::int64_t x_end = std::min<std::int64_t>(left + a.filter_w, a.in_w);
    for (std::int32_t c = 0; c < a.channels; ++c) {
      T greatest = std::numeric_limits<T>::min();
      for (std::int64_t y = y_begin; y < y_end; ++y) {
        for (std::int64_t x = x_begin; x < x_end; ++x)
          greatest = std::max(greatest, image[(y * a.in_w + x) * a.channels + c]);
      }
      *out++ = static_cast<T>(std::clamp<std::int32_t>(greatest, a.clamp_min, a.clamp_max));
    }
  }
}

// A unit is one output row of one image.
std::int32_t units(const MaxPool2DArgs& a) { return a.batch * a.out_h; }

void run(const MaxPool2DArgs& a, const Work& work) {
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

const Kernel<MaxPool2DArgs> max_pool_2d_reference = {
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
