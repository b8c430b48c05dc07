#include "kernels/fully_connected.h"

#include <utility>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: clamp_min clamp_max
constexpr std::size_t kAttributes = 2;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 3, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& bias = *node.inputs[2];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (weights.shape.rank != 2 || y.shape.rank < 1)
    return bad("the weights do not have rank 2, or the output rank 0");
  const std::int32_t channels = weights.shape[0];
  const std::int32_t depth = weights.shape[1];
  const std::int32_t rows = x.elements / depth;
  if (x.elements % depth != 0 || y.shape.last() != channels || y.elements != std::int64_t{rows} * channels) {
    return bad("the shapes of input, weights and output do not fit together");
  }
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, 0, &clamp));
  WeightInfo info;
  AIEDGE_TRY(check_weights(x, weights, bias, 0, channels, &info));
  std::vector<float> scales;
  AIEDGE_TRY(requant_scales(x, weights, y, channels, &scales));

  const kernels::FullyConnectedArgs args = {
      .rows = rows,
      .depth = depth,
      .out_c = channels,
      .type = qtype(x),
      .input_zero_point = x.quantization.zero_point,
      .weight_type = info.type,
      .weight_zero_point = info.zero_point,
      .weights = weights.data,
      .bias = reinterpret_cast<const std::int32_t*>(bias.data),
      .requant = {scales.data(), y.quantization.zero_point, clamp.min, clamp.max},
  };
  const std::uint64_t macs = static_cast<std::uint64_t>(y.elements) * static_cast<std::uint64_t>(depth);
  return make_step(args, std::move(scales), macs, isa);
}

}  // namespace

const Operator kFullyConnected = {.name = "fully_connected", .activations = 1, .make = make};

}  // namespace aiedge::ops
