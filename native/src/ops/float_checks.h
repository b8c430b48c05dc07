// Checks that the float operators share.
#pragma once

#include <bit>

#include "base/status.h"
#include "base/tensor.h"
#include "ops/checks.h"
#include "ops/operator.h"

namespace aiedge::ops {

// The counts of check_counts, and every input and output float32.
[[nodiscard]] Status check_floats(const NodeView& node, std::size_t inputs, std::size_t attributes);

// Constants; the bias has one value for each output channel.
[[nodiscard]] Status check_float_weights(const Tensor& weights, const Tensor& bias, std::int32_t channels);

[[nodiscard]] inline float float_attribute(const NodeView& node, std::size_t index) {
  return std::bit_cast<float>(node.attributes[index]);
}

[[nodiscard]] inline const float* floats_of(const Tensor& constant) {
  return reinterpret_cast<const float*>(constant.data);
}

}  // namespace aiedge::ops
