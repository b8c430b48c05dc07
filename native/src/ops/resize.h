// What both ways to resize an image have in common.
#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/checks.h"

namespace aiedge::ops {

// One axis: from `size` elements to `count`; at most one of both modes.
struct Resize {
  bool align_corners = false;
  bool half_pixel_centers = false;

  // How far apart the places are that the output's elements have on the input's axis; float32, as written.
  [[nodiscard]] float step(std::int32_t size, std::int32_t count) const {
    const std::int32_t less = align_corners && count > 1 ? 1 : 0;
    return static_cast<float>(size - less) / static_cast<float>(count - less);
  }

  // Where element `i` of the output lies on the input's axis, for interpolation: docs/arithmetic.md, in
  // float32 and in this order.
  [[nodiscard]] float place(std::int32_t size, std::int32_t count, std::int32_t i) const {
    const float apart = step(size, count);
    const float place = static_cast<float>(i) * apart;
    if (!half_pixel_centers) return place;
    return std::clamp(place + (0.5F * apart - 0.5F), 0.0F, static_cast<float>(size - 1));
  }
};

// Attributes: align_corners half_pixel_centers. Input and output are images of the same batch, channels,
// dtype and quantization; they may be float32.
[[nodiscard]] Status check_resize(const NodeView& node, Resize* resize);

}  // namespace aiedge::ops
