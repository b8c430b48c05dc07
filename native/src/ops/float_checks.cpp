#include "ops/float_checks.h"

namespace aiedge::ops {

Status check_floats(const NodeView& node, std::size_t inputs, std::size_t attributes) {
  AIEDGE_TRY(check_counts(node, inputs, 1, attributes));
  for (const Tensor* x : node.inputs) AIEDGE_TRY(check_float(*x, "an input"));
  return check_float(*node.outputs[0], "the output");
}

Status check_float_weights(const Tensor& weights, const Tensor& bias, std::int32_t channels) {
  if (!weights.is_constant() || !bias.is_constant()) return bad("weights and bias must be constants");
  if (bias.shape.rank != 1 || bias.elements != channels)
    return bad("the bias must have one value for each output channel");
  return {};
}

}  // namespace aiedge::ops
