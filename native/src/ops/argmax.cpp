#include "kernels/argmax.h"

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: axis
constexpr std::size_t kAttributes = 1;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_quantized(x, "the input"));
  if (y.dtype != DType::kInt32) return bad("the output is not int32");
  const std::int32_t axis = attribute(node, 0);
  if (axis < 0 || axis >= x.shape.rank) return bad("the axis is not one of the input's");
  Shape expected;
  kernels::ArgMaxArgs args = {.type = qtype(x), .outer = 1, .size = x.shape[axis], .inner = 1};
  for (std::int32_t i = 0; i < x.shape.rank; ++i) {  // products of x's sizes, so they fit
    if (i < axis) args.outer *= x.shape[i];
    if (i > axis) args.inner *= x.shape[i];
    if (i != axis) expected.size[static_cast<std::size_t>(expected.rank++)] = x.shape[i];
  }
  if (y.shape != expected) return bad("the output's shape is not the input's without the axis");
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kArgMax = {.name = "argmax", .activations = 1, .make = make};

}  // namespace aiedge::ops
