// A part of a picture at another size, row by row (docs/processing.md, "Resize").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/processing.h"
#include "vision/rows.h"

namespace aiedge::vision {

// What a resize reads: `height` rows of `width` pixels.
struct Part {
  const std::uint8_t* data = nullptr;
  std::int32_t width = 0;
  std::int32_t height = 0;
  std::int32_t channels = 1;  // 1 or 3
  std::size_t stride_bytes = 0;

  [[nodiscard]] const std::uint8_t* row(std::int32_t y) const {
    return data + static_cast<std::size_t>(y) * stride_bytes;
  }
};

// Allocates when it is made, never after.
class Resizer {
 public:
  // For results of up to `width` pixels a row.
  Resizer(std::int32_t width, Interpolation interpolation, const RowFunctions& rows);

  // The next rows are those of `part` at width x height.
  void begin(const Part& part, std::int32_t width, std::int32_t height);

  // Row y, width x channels bytes: in the picture itself where nothing is to be done. Valid until the next
  // call.
  [[nodiscard]] const std::uint8_t* row(std::int32_t y);

  [[nodiscard]] std::size_t bytes() const;  // allocated

 private:
  // What the taps were made for.
  struct Tapped {
    std::int32_t width = 0;
    std::int32_t new_width = 0;
    Interpolation interpolation = Interpolation::kNearest;
    friend bool operator==(const Tapped&, const Tapped&) = default;
  };

  void make_taps();
  void take_nearest(std::int32_t y);
  void take_bilinear(std::int32_t y);
  void take_area(std::int32_t y);
  [[nodiscard]] const std::int16_t* along(std::int32_t row);

  const Interpolation interpolation_;
  const RowFunctions& rows_;
  Part part_;
  std::int32_t width_ = 0;
  std::int32_t height_ = 0;
  Interpolation now_ = Interpolation::kNearest;  // what this part needs
  bool as_is_ = false;
  Tapped tapped_;
  std::vector<std::int32_t> low_;
  std::vector<std::uint32_t> weights_;
  std::vector<std::uint8_t> out_;
  std::array<std::vector<std::int16_t>, 2> along_;  // rows of the part, weighed along x
  std::array<std::int32_t, 2> along_row_ = {-1, -1};
  std::vector<std::uint32_t> sums_;  // area: of columns of the part
};

}  // namespace aiedge::vision
