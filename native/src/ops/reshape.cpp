#include "kernels/reshape.h"

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  if (x.dtype != y.dtype || !same_quantization(x, y))
    return bad("input and output differ in dtype or quantization");
  if (x.elements != y.elements) return bad("input and output have different numbers of elements");
  return make_step(kernels::ReshapeArgs{.bytes = x.bytes()}, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kReshape = {.name = "reshape", .activations = 1, .make = make};

}  // namespace aiedge::ops
