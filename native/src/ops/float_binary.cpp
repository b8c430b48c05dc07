#include "kernels/float_binary.h"

#include <vector>

#include "ops/broadcast.h"
#include "ops/float_checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

using kernels::FloatBinaryFunction;

Result<std::unique_ptr<Step>> make_of(const NodeView& node, cpu::Isa isa, FloatBinaryFunction function) {
  const Tensor& y = *node.outputs[0];
  kernels::FloatBinaryArgs args = {.shape = {}, .count = y.elements, .function = function};
  AIEDGE_TRY(check_broadcast(*node.inputs[0], *node.inputs[1], y, &args.shape));
  return make_step(args, std::vector<float>(), 0, isa);
}

// Attributes: function
Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_floats(node, 2, 1));
  const std::int32_t function = attribute(node, 0);
  if (function < static_cast<std::int32_t>(FloatBinaryFunction::kAdd) ||
      function > static_cast<std::int32_t>(FloatBinaryFunction::kMaximum)) {
    return bad("the function is not one of two operands");
  }
  return make_of(node, isa, static_cast<FloatBinaryFunction>(function));
}

Result<std::unique_ptr<Step>> make_prelu(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_floats(node, 2, 0));
  if (node.inputs[0]->shape != node.outputs[0]->shape) return bad("input and output have different shapes");
  return make_of(node, isa, FloatBinaryFunction::kPRelu);
}

}  // namespace

const Operator kFloatBinary = {.name = "float_binary", .activations = 2, .make = make};
const Operator kFloatPRelu = {.name = "float_prelu", .activations = 2, .make = make_prelu};

}  // namespace aiedge::ops
