// Where a picture lies in a model's input (docs/processing.md, "Geometry").
#pragma once

#include <cstdint>

#include "base/processing.h"

namespace aiedge::vision {

struct Rectangle {
  std::int32_t x = 0, y = 0, width = 0, height = 0;
};

// The part `source` of a picture of width x height px is resized to `target` of the input.
struct Fit {
  std::int32_t width = 0;
  std::int32_t height = 0;
  Rectangle source;
  Rectangle target;
};

// Sizes of picture and input, 1 to kMaxSidePx. With FitMode::kExact they must be the same.
[[nodiscard]] Fit place(std::int32_t width, std::int32_t height, std::int32_t input_width,
                        std::int32_t input_height, FitMode mode);

// A place in the input -> the place in the picture, along one axis; float32, each operation rounded.
struct Undo {
  float from, ratio, to;
  [[nodiscard]] float operator()(float place) const { return (place - from) * ratio + to; }
};
[[nodiscard]] Undo undo_x(const Fit& fit);
[[nodiscard]] Undo undo_y(const Fit& fit);

}  // namespace aiedge::vision
