// What float convolutions have in common.
#pragma once

#include <memory>
#include <vector>

#include "ops/float_checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {

// Input, weights, bias and output; all but the bias of rank 4.
[[nodiscard]] inline Status check_float_conv(const NodeView& node, std::size_t attributes) {
  AIEDGE_TRY(check_floats(node, 3, attributes));
  if (node.inputs[0]->shape.rank != 4 || node.inputs[1]->shape.rank != 4 || node.outputs[0]->shape.rank != 4)
    return bad("a tensor does not have rank 4");
  return {};
}

// The step of a node that passed check_float_conv and whose channels fit: checks the rest and fills in
// `args`. The attributes from `first` on are stride_h stride_w dilation_h dilation_w pad_top pad_bottom
// pad_left pad_right.
template <typename Args>
[[nodiscard]] Result<std::unique_ptr<Step>> make_float_conv(const NodeView& node, cpu::Isa isa,
                                                            std::size_t first, Args args) {
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& bias = *node.inputs[2];
  const Tensor& y = *node.outputs[0];
  const auto at = [&](std::size_t index) { return attribute(node, first + index); };
  const Axis rows = {x.shape[1], weights.shape[1], at(0), at(2), at(4), at(5), y.shape[1]};
  const Axis columns = {x.shape[2], weights.shape[2], at(1), at(3), at(6), at(7), y.shape[2]};
  AIEDGE_TRY(check_window(rows, "height"));
  AIEDGE_TRY(check_window(columns, "width"));
  const std::int32_t channels = y.shape[3];
  AIEDGE_TRY(check_float_weights(weights, bias, channels));

  args.batch = x.shape[0];
  args.in_h = rows.size;
  args.in_w = columns.size;
  args.in_c = x.shape[3];
  args.out_h = rows.windows;
  args.out_w = columns.windows;
  args.out_c = channels;
  args.kernel_h = rows.window;
  args.kernel_w = columns.window;
  args.stride_h = rows.stride;
  args.stride_w = columns.stride;
  args.dilation_h = rows.dilation;
  args.dilation_w = columns.dilation;
  args.pad_top = rows.before;
  args.pad_left = columns.before;
  args.weights = floats_of(weights);
  args.bias = floats_of(bias);
  const auto taps = static_cast<std::uint64_t>(weights.elements / channels);
  return make_step(args, std::vector<float>(), static_cast<std::uint64_t>(y.elements) * taps, isa);
}

}  // namespace aiedge::ops
