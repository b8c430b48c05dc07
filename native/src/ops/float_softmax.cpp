#include "kernels/float_softmax.h"

#include <cmath>
#include <vector>

#include "ops/float_checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: beta
constexpr std::size_t kAttributes = 1;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_floats(node, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  if (x.shape != node.outputs[0]->shape || x.shape.rank < 1)
    return bad("the shapes of input and output are not equal, or have rank 0");
  const float beta = float_attribute(node, 0);
  if (!std::isfinite(beta) || beta <= 0.0F) return bad("beta is not finite and greater than 0");
  const std::int32_t depth = x.shape.last();
  const kernels::FloatSoftmaxArgs args = {.rows = x.elements / depth, .depth = depth, .beta = beta};
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kFloatSoftmax = {.name = "float_softmax", .activations = 1, .make = make};

}  // namespace aiedge::ops
