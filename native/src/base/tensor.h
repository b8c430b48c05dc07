// What a tensor is, to every layer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiedge {

enum class DType : std::uint8_t { kInt8 = 1, kUint8 = 2, kInt32 = 3, kFloat32 = 4 };

[[nodiscard]] constexpr std::size_t size_of(DType dtype) {
  return dtype == DType::kInt8 || dtype == DType::kUint8 ? 1 : 4;
}

[[nodiscard]] constexpr const char* name_of(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return "int8";
    case DType::kUint8:
      return "uint8";
    case DType::kInt32:
      return "int32";
    case DType::kFloat32:
      return "float32";
  }
  return "unknown";
}

inline constexpr std::int32_t kMaxRank = 6;
inline constexpr std::int64_t kMaxDimension = std::int64_t{1} << 24;
inline constexpr std::int64_t kMaxElements = (std::int64_t{1} << 31) - 1;

struct Shape {
  std::int32_t rank = 0;
  std::array<std::int32_t, kMaxRank> size = {};  // beyond rank: 0

  [[nodiscard]] std::int32_t operator[](std::int32_t axis) const {
    return size[static_cast<std::size_t>(axis)];
  }
  [[nodiscard]] std::int32_t last() const { return rank == 0 ? 1 : (*this)[rank - 1]; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

enum class QuantizationKind : std::uint8_t { kNone = 0, kPerTensor = 1, kPerChannel = 2 };

// value = scale * (q - zero_point)
struct Quantization {
  QuantizationKind kind = QuantizationKind::kNone;
  float scale = 0.0F;           // per tensor: finite, > 0
  std::int32_t zero_point = 0;  // per tensor: within the dtype
  std::int32_t axis = 0;        // per channel, with shape[axis] entries each:
  const float* scales = nullptr;
  const std::int32_t* zero_points = nullptr;
};

struct Tensor {
  std::string_view name;
  DType dtype = DType::kInt8;
  Shape shape;
  Quantization quantization;
  std::int32_t elements = 0;           // product of the shape, <= kMaxElements
  const std::uint8_t* data = nullptr;  // a constant's bytes, 64-byte aligned; null: an activation

  [[nodiscard]] bool is_constant() const { return data != nullptr; }
  [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(elements) * size_of(dtype); }
};

// The operations of format 1: kConv2D = 1 and so on.
enum class OpCode : std::uint32_t {
#define AIEDGE_OPERATOR(number, name) k##name = (number),
#include "base/operators.def"
#undef AIEDGE_OPERATOR
};

}  // namespace aiedge
