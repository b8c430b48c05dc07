// Checks that several operators share. Each failure says what is wrong; the caller adds the node.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"
#include "base/tensor.h"
#include "kernels/kernel.h"
#include "ops/operator.h"

namespace aiedge::ops {

[[nodiscard]] inline Status bad(const char* what) { return Status::error(Code::kBadModel, "%s", what); }

// How many inputs, outputs and attributes the node must have; the attributes after `attributes` are 0.
[[nodiscard]] Status check_counts(const NodeView& node, std::size_t inputs, std::size_t outputs,
                                  std::size_t attributes);

[[nodiscard]] inline std::int32_t attribute(const NodeView& node, std::size_t index) {
  return static_cast<std::int32_t>(node.attributes[index]);
}

// int8 or uint8 with one scale and zero point.
[[nodiscard]] Status check_quantized(const Tensor& tensor, const char* role);

// check_quantized for both, which have the same dtype.
[[nodiscard]] Status check_same_type(const Tensor& a, const Tensor& b, const char* roles);

// float32 without quantization.
[[nodiscard]] Status check_float(const Tensor& tensor, const char* role);

[[nodiscard]] bool same_quantization(const Tensor& a, const Tensor& b);

// What an operator that only moves elements demands: both float32, or both quantized, of the same type and
// quantization.
[[nodiscard]] Status check_moved(const Tensor& x, const Tensor& y);

[[nodiscard]] inline kernels::QType qtype(const Tensor& tensor) {
  return tensor.dtype == DType::kInt8 ? kernels::QType::kInt8 : kernels::QType::kUint8;
}

struct Limits {
  std::int32_t min, max;
};
[[nodiscard]] inline Limits limits(const Tensor& tensor) {
  return tensor.dtype == DType::kInt8 ? Limits{-128, 127} : Limits{0, 255};
}

// The attributes clamp_min, clamp_max at `index` and after: ordered and within the output's type.
[[nodiscard]] Status check_clamp(const NodeView& node, std::size_t index, Limits* clamp);

// One axis of a sliding window, as the attributes give it, and the output size that it makes.
struct Axis {
  std::int32_t size, window, stride, dilation, before, after, windows;
};
[[nodiscard]] Status check_window(const Axis& axis, const char* name);

// A factor that the kernels multiply by: finite and normal. A subnormal one would depend on the flush-to-zero
// mode of the process.
[[nodiscard]] bool is_factor(float value);

// Weights (constant; of the input's dtype; per tensor, or per channel of `axis` with zero points 0), bias
// (constant, int32, one for each channel) and, if all that is right, the channels' requantization factors.
struct WeightInfo {
  kernels::QType type = kernels::QType::kInt8;
  std::int32_t zero_point = 0;
};
[[nodiscard]] Status check_weights(const Tensor& x, const Tensor& weights, const Tensor& bias,
                                   std::int32_t axis, std::int32_t channels, WeightInfo* info);
[[nodiscard]] Status requant_scales(const Tensor& x, const Tensor& weights, const Tensor& y,
                                    std::int32_t channels, std::vector<float>* scales);

}  // namespace aiedge::ops
