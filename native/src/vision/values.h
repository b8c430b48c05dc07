// A model's output as real values (docs/processing.md, "output").
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "base/tensor.h"

namespace aiedge::vision {

// Somebody else's memory; 8 bits, or float32, where what is no number counts as the least of all.
class Values {
 public:
  Values() = default;
  Values(const Tensor& tensor, const void* data)
      : data_(data),
        dtype_(tensor.dtype),
        scale_(tensor.quantization.scale),
        zero_point_(tensor.quantization.zero_point) {}

  [[nodiscard]] float operator[](std::size_t i) const {
    if (dtype_ == DType::kFloat32) return number(static_cast<const float*>(data_)[i]);
    return real(dtype_ == DType::kInt8 ? std::int32_t{static_cast<const std::int8_t*>(data_)[i]}
                                       : std::int32_t{static_cast<const std::uint8_t*>(data_)[i]});
  }

  // Of `count` values from `begin` on: the greatest, and where the first of these stands.
  [[nodiscard]] float greatest(std::size_t begin, std::size_t count) const;
  [[nodiscard]] std::size_t first_greatest(std::size_t begin, std::size_t count) const;

  [[nodiscard]] bool is_float() const { return dtype_ == DType::kFloat32; }
  [[nodiscard]] float real(std::int32_t q) const { return static_cast<float>(q - zero_point_) * scale_; }
  // The raw greatest, of an 8-bit output.
  [[nodiscard]] std::int32_t greatest_raw(std::size_t begin, std::size_t count) const;

 private:
  static float number(float v) { return std::isnan(v) ? -std::numeric_limits<float>::infinity() : v; }

  const void* data_ = nullptr;
  DType dtype_ = DType::kInt8;
  float scale_ = 0.0F;
  std::int32_t zero_point_ = 0;
};

}  // namespace aiedge::vision
