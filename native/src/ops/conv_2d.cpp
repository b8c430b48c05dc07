#include "kernels/conv_2d.h"

#include "ops/conv.h"

namespace aiedge::ops {
namespace {

// Attributes: stride_h stride_w dilation_h dilation_w pad_top pad_bottom pad_left pad_right clamp_min
// clamp_max
constexpr std::size_t kAttributes = 10;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_conv(node, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  const std::int32_t channels = weights.shape[0];
  if (x.shape[0] != y.shape[0] || weights.shape[3] != x.shape[3] || y.shape[3] != channels) {
    return bad("the shapes of input, weights and output do not fit together");
  }
  return make_conv(node, isa, 0, 0, kernels::Conv2DArgs{});
}

}  // namespace

const Operator kConv2D = {.name = "conv_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
