// How the float pools walk over their windows, eight channels at a time. For files of this folder only; all
// of it has internal linkage.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "kernels/avx2/float_vector.h"
#include "kernels/avx2/float_window.h"
#include "kernels/float_pool_2d.h"
#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {
namespace {

// Each output: what `first` makes of the first values that its window covers, joined with all its values in
// order, finished with their number. A unit is one output row of one image.
template <typename First, typename Join, typename Finish>
inline void pool(const FloatPool2DArgs& a, const Work& work, First first, Join join, Finish finish) {
  const std::int64_t line = std::int64_t{a.in_w} * a.channels;
  auto* y = static_cast<float*>(work.output) + std::int64_t{work.begin} * a.out_w * a.channels;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t top = std::int64_t{unit % a.out_h} * a.stride_h - a.pad_top;
    const Inside rows = taps_inside(top, a.filter_h, 1, a.in_h);
    const float* image =
        static_cast<const float*>(work.input[0]) + std::int64_t{unit / a.out_h} * a.in_h * line;
    for (std::int64_t ox = 0; ox < a.out_w; ++ox) {
      const std::int64_t left = ox * a.stride_w - a.pad_left;
      const Inside columns = taps_inside(left, a.filter_w, 1, a.in_w);
      const std::int64_t width = columns.end - columns.begin;
      const float* window = image + (top + rows.begin) * line + (left + columns.begin) * a.channels;
      for (std::int32_t c = 0; c < a.channels; c += kLanes) {
        const __m256i mask = first_lanes(a.channels - c);
        __m256 joined = first(_mm256_maskload_ps(window + c, mask));
        for (std::int64_t row = 0; row < rows.end - rows.begin; ++row) {
          for (std::int64_t column = 0; column < width; ++column)
            joined = join(joined, _mm256_maskload_ps(window + row * line + column * a.channels + c, mask));
        }
        _mm256_maskstore_ps(y + c, mask, finish(joined, (rows.end - rows.begin) * width));
      }
      y += a.channels;
    }
  }
}

}  // namespace
}  // namespace aiedge::kernels::avx2
