// The logistic function of an output's values.
#pragma once

#include <array>
#include <cstdint>

#include "base/exp64.h"
#include "base/tensor.h"
#include "vision/values.h"

namespace aiedge::vision {

// Of an 8-bit output it is a table, made once.
class Logistic {
 public:
  explicit Logistic(const Tensor& tensor) {
    if (tensor.dtype == DType::kFloat32) return;
    const Values values(tensor, nullptr);
    std::int32_t q = kLowest;
    for (float& entry : table_) entry = sigmoid32(values.real(q++));
  }

  // Of the greatest of `count` values from `begin` on.
  [[nodiscard]] float of_greatest(const Values& values, std::size_t begin, std::size_t count) const {
    if (values.is_float()) return sigmoid32(values.greatest(begin, count));
    const std::int32_t place = values.greatest_raw(begin, count) - kLowest;
    return table_[static_cast<std::size_t>(place)];
  }

 private:
  static constexpr std::int32_t kLowest = -128;
  std::array<float, 384> table_ = {};  // of int8's and uint8's values, from kLowest on
};

}  // namespace aiedge::vision
