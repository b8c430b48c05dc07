#include "kernels/extremum.h"

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa, bool greatest) {
  AIEDGE_TRY(check_counts(node, 2, 1, 0));
  const Tensor& a = *node.inputs[0];
  const Tensor& b = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(a, y, "input and output"));
  AIEDGE_TRY(check_same_type(b, y, "input and output"));
  if (!same_quantization(a, y) || !same_quantization(b, y))
    return bad("inputs and output have different quantization");
  kernels::ExtremumArgs args{};
  AIEDGE_TRY(check_broadcast(a, b, y, &args.shape));
  args.count = y.elements;
  args.type = qtype(y);
  args.greatest = greatest;
  return make_step(args, std::vector<float>(), 0, isa);
}

Result<std::unique_ptr<Step>> make_minimum(const NodeView& node, cpu::Isa isa) {
  return make(node, isa, false);
}

Result<std::unique_ptr<Step>> make_maximum(const NodeView& node, cpu::Isa isa) {
  return make(node, isa, true);
}

}  // namespace

const Operator kMinimum = {.name = "minimum", .activations = 2, .make = make_minimum};
const Operator kMaximum = {.name = "maximum", .activations = 2, .make = make_maximum};

}  // namespace aiedge::ops
