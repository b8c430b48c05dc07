// What both ways to resize an image have in common.
#pragma once

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
};

// Attributes: align_corners half_pixel_centers. Input and output are images of the same batch, channels,
// dtype and quantization.
[[nodiscard]] Status check_resize(const NodeView& node, Resize* resize);

}  // namespace aiedge::ops
