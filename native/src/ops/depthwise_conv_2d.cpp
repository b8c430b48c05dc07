#include "kernels/depthwise_conv_2d.h"

#include <utility>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: depth_multiplier stride_h stride_w dilation_h dilation_w pad_top pad_bottom pad_left pad_right
// clamp_min clamp_max
constexpr std::size_t kAttributes = 11;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 3, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& bias = *node.inputs[2];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (x.shape.rank != 4 || weights.shape.rank != 4 || y.shape.rank != 4)
    return bad("a tensor does not have rank 4");
  const std::int32_t multiplier = attribute(node, 0);
  const std::int32_t channels = weights.shape[3];
  if (multiplier < 1 || channels != std::int64_t{x.shape[3]} * multiplier) {
    return bad("the depth multiplier does not fit the channels of input and weights");
  }
  if (x.shape[0] != y.shape[0] || weights.shape[0] != 1 || y.shape[3] != channels) {
    return bad("the shapes of input, weights and output do not fit together");
  }
  const Axis rows = {x.shape[1],         weights.shape[1],   attribute(node, 1), attribute(node, 3),
                     attribute(node, 5), attribute(node, 6), y.shape[1]};
  const Axis columns = {x.shape[2],         weights.shape[2],   attribute(node, 2), attribute(node, 4),
                        attribute(node, 7), attribute(node, 8), y.shape[2]};
  AIEDGE_TRY(check_window(rows, "height"));
  AIEDGE_TRY(check_window(columns, "width"));
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, 9, &clamp));
  WeightInfo info;
  AIEDGE_TRY(check_weights(x, weights, bias, 3, channels, &info));
  std::vector<float> scales;
  AIEDGE_TRY(requant_scales(x, weights, y, channels, &scales));

  const kernels::DepthwiseConv2DArgs args = {
      .batch = x.shape[0],
      .in_h = rows.size,
      .in_w = columns.size,
      .in_c = x.shape[3],
      .out_h = rows.windows,
      .out_w = columns.windows,
      .out_c = channels,
      .multiplier = multiplier,
      .kernel_h = rows.window,
      .kernel_w = columns.window,
      .stride_h = rows.stride,
      .stride_w = columns.stride,
      .dilation_h = rows.dilation,
      .dilation_w = columns.dilation,
      .pad_top = rows.before,
      .pad_left = columns.before,
      .type = qtype(x),
      .input_zero_point = x.quantization.zero_point,
      .weight_type = info.type,
      .weight_zero_point = info.zero_point,
      .weights = weights.data,
      .bias = reinterpret_cast<const std::int32_t*>(bias.data),
      .requant = {scales.data(), y.quantization.zero_point, clamp.min, clamp.max},
  };
  const auto taps = static_cast<std::uint64_t>(weights.elements / channels);
  return make_step(args, std::move(scales), static_cast<std::uint64_t>(y.elements) * taps, isa);
}

}  // namespace

const Operator kDepthwiseConv2D = {.name = "depthwise_conv_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
