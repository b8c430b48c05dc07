#include "kernels/float_depthwise_conv_2d.h"

#include "ops/float_conv.h"

namespace aiedge::ops {
namespace {

// Attributes: depth_multiplier stride_h stride_w dilation_h dilation_w pad_top pad_bottom pad_left pad_right
constexpr std::size_t kAttributes = 9;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_float_conv(node, kAttributes));
  const Shape& x = node.inputs[0]->shape;
  const Shape& weights = node.inputs[1]->shape;
  const Shape& y = node.outputs[0]->shape;
  const std::int32_t multiplier = attribute(node, 0);
  if (multiplier < 1 || weights[3] != std::int64_t{x[3]} * multiplier)
    return bad("the depth multiplier does not fit the channels of input and weights");
  if (x[0] != y[0] || weights[0] != 1 || y[3] != weights[3])
    return bad("the shapes of input, weights and output do not fit together");
  kernels::FloatDepthwiseConv2DArgs args{};
  args.multiplier = multiplier;
  return make_float_conv(node, isa, 1, args);
}

}  // namespace

const Operator kFloatDepthwiseConv2D = {.name = "float_depthwise_conv_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
