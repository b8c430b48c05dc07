#include "kernels/dequantize.h"

#include <vector>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_quantized(x, "the input"));
  AIEDGE_TRY(check_float(y, "the output"));
  if (x.shape != y.shape) return bad("input and output have different shapes");
  if (!is_factor(x.quantization.scale)) return bad("the input's scale is subnormal");
  const kernels::DequantizeArgs args = {.count = y.elements,
                                        .type = qtype(x),
                                        .scale = x.quantization.scale,
                                        .zero_point = x.quantization.zero_point};
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kDequantize = {.name = "dequantize", .activations = 1, .make = make};

}  // namespace aiedge::ops
