#include "vision/fit.h"

#include <algorithm>

namespace aiedge::vision {
namespace {

// size * numerator / denominator, halves rounded up, at least 1.
std::int32_t scaled(std::int64_t size, std::int64_t numerator, std::int64_t denominator) {
  return static_cast<std::int32_t>(
      std::max<std::int64_t>(1, (2 * size * numerator + denominator) / (2 * denominator)));
}

Undo undo(std::int32_t from, std::int32_t from_size, std::int32_t to, std::int32_t to_size) {
  return {static_cast<float>(from), static_cast<float>(to_size) / static_cast<float>(from_size),
          static_cast<float>(to)};
}

}  // namespace

Fit place(std::int32_t width, std::int32_t height, std::int32_t input_width, std::int32_t input_height,
          FitMode mode) {
  Fit fit = {width, height, {0, 0, width, height}, {0, 0, input_width, input_height}};
  const bool wide = std::int64_t{input_width} * height <= std::int64_t{input_height} * width;
  if (mode == FitMode::kLetterbox) {
    if (wide) {
      fit.target.height = scaled(height, input_width, width);
      fit.target.y = (input_height - fit.target.height) / 2;
    } else {
      fit.target.width = scaled(width, input_height, height);
      fit.target.x = (input_width - fit.target.width) / 2;
    }
  } else if (mode == FitMode::kCrop) {
    if (wide) {
      fit.source.width = scaled(height, input_width, input_height);
      fit.source.x = (width - fit.source.width) / 2;
    } else {
      fit.source.height = scaled(width, input_height, input_width);
      fit.source.y = (height - fit.source.height) / 2;
    }
  }
  return fit;
}

Undo undo_x(const Fit& fit) { return undo(fit.target.x, fit.target.width, fit.source.x, fit.source.width); }

Undo undo_y(const Fit& fit) { return undo(fit.target.y, fit.target.height, fit.source.y, fit.source.height); }

}  // namespace aiedge::vision
