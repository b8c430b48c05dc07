#include "vision/values.h"

#include <algorithm>

namespace aiedge::vision {
namespace {

template <typename T>
T greatest_of(const T* values, std::size_t count) {
  T greatest = values[0];
  for (std::size_t i = 1; i < count; ++i) greatest = std::max(greatest, values[i]);
  return greatest;
}

}  // namespace

std::int32_t Values::greatest_raw(std::size_t begin, std::size_t count) const {
  if (dtype_ == DType::kInt8) return greatest_of(static_cast<const std::int8_t*>(data_) + begin, count);
  return greatest_of(static_cast<const std::uint8_t*>(data_) + begin, count);
}

float Values::greatest(std::size_t begin, std::size_t count) const {
  if (!is_float()) return real(greatest_raw(begin, count));
  const float* values = static_cast<const float*>(data_) + begin;
  float greatest = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < count; ++i) greatest = values[i] > greatest ? values[i] : greatest;
  return greatest;
}

std::size_t Values::first_greatest(std::size_t begin, std::size_t count) const {
  const float greatest_value = greatest(begin, count);
  for (std::size_t i = 0; i < count; ++i) {
    if ((*this)[begin + i] == greatest_value) return i;
  }
  return 0;
}

}  // namespace aiedge::vision
