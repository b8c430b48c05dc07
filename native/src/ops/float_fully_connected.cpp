#include "kernels/float_fully_connected.h"

#include <vector>

#include "ops/float_checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_floats(node, 3, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& bias = *node.inputs[2];
  const Tensor& y = *node.outputs[0];
  if (weights.shape.rank != 2 || y.shape.rank < 1)
    return bad("the weights do not have rank 2, or the output rank 0");
  const std::int32_t channels = weights.shape[0];
  const std::int32_t depth = weights.shape[1];
  const std::int32_t rows = x.elements / depth;
  if (x.elements % depth != 0 || y.shape.last() != channels || y.elements != std::int64_t{rows} * channels)
    return bad("the shapes of input, weights and output do not fit together");
  AIEDGE_TRY(check_float_weights(weights, bias, channels));
  const kernels::FloatFullyConnectedArgs args = {.rows = rows,
                                                 .depth = depth,
                                                 .out_c = channels,
                                                 .weights = floats_of(weights),
                                                 .bias = floats_of(bias)};
  const std::uint64_t macs = static_cast<std::uint64_t>(y.elements) * static_cast<std::uint64_t>(depth);
  return make_step(args, std::vector<float>(), macs, isa);
}

}  // namespace

const Operator kFloatFullyConnected = {.name = "float_fully_connected", .activations = 1, .make = make};

}  // namespace aiedge::ops
