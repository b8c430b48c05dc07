#include "kernels/depthwise_conv_2d.h"

#include "ops/conv.h"

namespace aiedge::ops {
namespace {

// Attributes: depth_multiplier stride_h stride_w dilation_h dilation_w pad_top pad_bottom pad_left pad_right
// clamp_min clamp_max
constexpr std::size_t kAttributes = 11;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_conv(node, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  const std::int32_t multiplier = attribute(node, 0);
  const std::int32_t channels = weights.shape[3];
  if (multiplier < 1 || channels != std::int64_t{x.shape[3]} * multiplier) {
    return bad("the depth multiplier does not fit the channels of input and weights");
  }
  if (x.shape[0] != y.shape[0] || weights.shape[0] != 1 || y.shape[3] != channels) {
    return bad("the shapes of input, weights and output do not fit together");
  }
  kernels::DepthwiseConv2DArgs args{};
  args.multiplier = multiplier;
  return make_conv(node, isa, 1, 3, args);
}

}  // namespace

const Operator kDepthwiseConv2D = {.name = "depthwise_conv_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
