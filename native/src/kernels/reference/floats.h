// Floats at any address. For the reference only, as requant.h.
#pragma once

#include <cstdint>
#include <cstring>

namespace aiedge::kernels {

[[nodiscard]] inline float load_float(const void* floats, std::int64_t index) {
  float value = 0.0F;
  std::memcpy(&value, static_cast<const std::uint8_t*>(floats) + index * std::int64_t{sizeof value},
              sizeof value);
  return value;
}

inline void store_float(void* floats, std::int64_t index, float value) {
  std::memcpy(static_cast<std::uint8_t*>(floats) + index * std::int64_t{sizeof value}, &value, sizeof value);
}

}  // namespace aiedge::kernels
