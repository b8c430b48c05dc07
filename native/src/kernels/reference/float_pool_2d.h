// How the reference walks over the windows of a float pool. For the reference only, as requant.h.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/float_pool_2d.h"
#include "kernels/reference/floats.h"

namespace aiedge::kernels {

// A unit is one output row of one image.
[[nodiscard]] inline std::int32_t float_pool_units(const FloatPool2DArgs& a) { return a.batch * a.out_h; }

// Each output: what `first` makes of the first value that its window covers, joined with all its values in
// order, finished with their number.
template <typename First, typename Join, typename Finish>
void float_pool(const FloatPool2DArgs& a, const Work& work, First first, Join join, Finish finish) {
  std::int64_t index = std::int64_t{work.begin} * a.out_w * a.channels;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t image = std::int64_t{unit / a.out_h} * a.in_h;
    const std::int64_t top = std::int64_t{unit % a.out_h} * a.stride_h - a.pad_top;
    const std::int64_t y_begin = std::max<std::int64_t>(top, 0);
    const std::int64_t y_end = std::min<std::int64_t>(top + a.filter_h, a.in_h);
    for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
      const std::int64_t left = std::int64_t{ox} * a.stride_w - a.pad_left;
      const std::int64_t x_begin = std::max<std::int64_t>(left, 0);
      const std::int64_t x_end = std::min<std::int64_t>(left + a.filter_w, a.in_w);
      for (std::int32_t c = 0; c < a.channels; ++c) {
        const auto at = [&](std::int64_t y, std::int64_t x) {
          return load_float(work.input[0], ((image + y) * a.in_w + x) * a.channels + c);
        };
        float joined = first(at(y_begin, x_begin));
        for (std::int64_t y = y_begin; y < y_end; ++y) {
          for (std::int64_t x = x_begin; x < x_end; ++x) joined = join(joined, at(y, x));
        }
        store_float(work.output, index++, finish(joined, (y_end - y_begin) * (x_end - x_begin)));
      }
    }
  }
}

}  // namespace aiedge::kernels
