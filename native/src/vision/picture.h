// A picture of 8 bits a channel, somebody else's memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aiedge::vision {

enum class Pixels : std::uint8_t { kGrey = 1, kRgb = 2, kBgr = 3 };

struct Picture {
  const std::uint8_t* data = nullptr;
  std::int32_t width = 0;  // 1 to kMaxSidePx, and so the height
  std::int32_t height = 0;
  std::size_t stride_bytes = 0;  // from a row to the next, at least width * channels
  Pixels pixels = Pixels::kGrey;

  [[nodiscard]] std::int32_t channels() const { return pixels == Pixels::kGrey ? 1 : 3; }
};

}  // namespace aiedge::vision
