#include "kernels/float_unary.h"

#include <cmath>
#include <vector>

#include "ops/float_checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

using kernels::FloatUnaryFunction;

// Attributes: function alpha beta
constexpr std::size_t kAttributes = 3;

// What a function takes of alpha and beta; what it does not take is 0.
Status check_parameters(FloatUnaryFunction function, float alpha, float beta) {
  switch (function) {
    case FloatUnaryFunction::kClip:
      if (!(alpha <= beta)) return bad("the bounds of the clip are not in order");
      return {};
    case FloatUnaryFunction::kHardSigmoid:
      if (!std::isfinite(alpha) || !std::isfinite(beta)) return bad("alpha or beta is not finite");
      return {};
    case FloatUnaryFunction::kLeakyRelu:
    case FloatUnaryFunction::kElu:
      if (!std::isfinite(alpha)) return bad("alpha is not finite");
      if (beta != 0.0F) return bad("beta is given for a function that has none");
      return {};
    default:
      if (alpha != 0.0F || beta != 0.0F) return bad("alpha or beta is given for a function that has none");
      return {};
  }
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_floats(node, 1, kAttributes));
  const Tensor& y = *node.outputs[0];
  if (node.inputs[0]->shape != y.shape) return bad("input and output have different shapes");
  const std::int32_t number = attribute(node, 0);
  if (number < static_cast<std::int32_t>(FloatUnaryFunction::kClip) ||
      number > static_cast<std::int32_t>(FloatUnaryFunction::kSquare)) {
    return bad("the function is not one of one operand");
  }
  const kernels::FloatUnaryArgs args = {.count = y.elements,
                                        .function = static_cast<FloatUnaryFunction>(number),
                                        .alpha = float_attribute(node, 1),
                                        .beta = float_attribute(node, 2)};
  AIEDGE_TRY(check_parameters(args.function, args.alpha, args.beta));
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kFloatUnary = {.name = "float_unary", .activations = 1, .make = make};

}  // namespace aiedge::ops
