// How the reference walks over the windows of a pool. For the reference only, as requant.h.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/pool_2d.h"
#include "kernels/reference/requant.h"

namespace aiedge::kernels {

// A unit is one output row of one image.
template <typename Args>
[[nodiscard]] std::int32_t pool_units(const Args& a) {
  return a.batch * a.out_h;
}

// Each output: `start` joined with every value that its window covers, finished with their number, clamped.
template <typename Join, typename Finish>
void pool(const Pool2DArgs& a, const Work& work, std::int32_t start, Join join, Finish finish) {
  with_type(a.type, [&](auto type) {
    using T = decltype(type);
    T* out = static_cast<T*>(work.output) + std::ptrdiff_t{work.begin} * a.out_w * a.channels;
    for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
      const T* image = static_cast<const T*>(work.input[0]) +
                       std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.channels;
      const std::int64_t top = std::int64_t{unit % a.out_h} * a.stride_h - a.pad_top;
      const std::int64_t y_begin = std::max<std::int64_t>(top, 0);
      const std::int64_t y_end = std::min<std::int64_t>(top + a.filter_h, a.in_h);
      for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
        const std::int64_t left = std::int64_t{ox} * a.stride_w - a.pad_left;
        const std::int64_t x_begin = std::max<std::int64_t>(left, 0);
        const std::int64_t x_end = std::min<std::int64_t>(left + a.filter_w, a.in_w);
        const auto count = static_cast<std::int32_t>((y_end - y_begin) * (x_end - x_begin));
        for (std::int32_t c = 0; c < a.channels; ++c) {
          std::int32_t joined = start;
          for (std::int64_t y = y_begin; y < y_end; ++y) {
            for (std::int64_t x = x_begin; x < x_end; ++x)
              joined = join(joined, std::int32_t{image[(y * a.in_w + x) * a.channels + c]});
          }
          *out++ = static_cast<T>(std::clamp(finish(joined, count), a.clamp_min, a.clamp_max));
        }
      }
    }
  });
}

}  // namespace aiedge::kernels
