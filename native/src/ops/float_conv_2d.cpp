#include "kernels/float_conv_2d.h"

#include "ops/float_conv.h"

namespace aiedge::ops {
namespace {

// Attributes: stride_h stride_w dilation_h dilation_w pad_top pad_bottom pad_left pad_right
constexpr std::size_t kAttributes = 8;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_float_conv(node, kAttributes));
  const Shape& x = node.inputs[0]->shape;
  const Shape& weights = node.inputs[1]->shape;
  const Shape& y = node.outputs[0]->shape;
  if (x[0] != y[0] || weights[0] != y[3] || weights[3] != x[3])
    return bad("the shapes of input, weights and output do not fit together");
  return make_float_conv(node, isa, 0, kernels::FloatConv2DArgs{});
}

}  // namespace

const Operator kFloatConv2D = {.name = "float_conv_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
