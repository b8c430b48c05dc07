// What convolutions have in common.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {

// Input, weights, bias and output; the first and the last of the same type; all but the bias of rank 4.
[[nodiscard]] inline Status check_conv(const NodeView& node, std::size_t attributes) {
  AIEDGE_TRY(check_counts(node, 3, 1, attributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (x.shape.rank != 4 || node.inputs[1]->shape.rank != 4 || y.shape.rank != 4)
    return bad("a tensor does not have rank 4");
  return {};
}

// The step of a node that passed check_conv and whose channels fit: checks the rest and fills in `args`. The
// weights' output channels lie along `axis`. The attributes from `first` on are stride_h stride_w dilation_h
// dilation_w pad_top pad_bottom pad_left pad_right clamp_min clamp_max.
template <typename Args>
[[nodiscard]] Result<std::unique_ptr<Step>> make_conv(const NodeView& node, cpu::Isa isa, std::size_t first,
                                                      std::int32_t axis, Args args) {
  const Tensor& x = *node.inputs[0];
  const Tensor& weights = *node.inputs[1];
  const Tensor& bias = *node.inputs[2];
  const Tensor& y = *node.outputs[0];
  const auto at = [&](std::size_t index) { return attribute(node, first + index); };
  const Axis rows = {x.shape[1], weights.shape[1], at(0), at(2), at(4), at(5), y.shape[1]};
  const Axis columns = {x.shape[2], weights.shape[2], at(1), at(3), at(6), at(7), y.shape[2]};
  AIEDGE_TRY(check_window(rows, "height"));
  AIEDGE_TRY(check_window(columns, "width"));
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, first + 8, &clamp));
  const std::int32_t channels = y.shape[3];
  WeightInfo info;
  AIEDGE_TRY(check_weights(x, weights, bias, axis, channels, &info));
  std::vector<float> scales;
  AIEDGE_TRY(requant_scales(x, weights, y, channels, &scales));

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
  args.type = qtype(x);
  args.input_zero_point = x.quantization.zero_point;
  args.weight_type = info.type;
  args.weight_zero_point = info.zero_point;
  args.weights = weights.data;
  args.bias = reinterpret_cast<const std::int32_t*>(bias.data);
  args.requant = {scales.data(), y.quantization.zero_point, clamp.min, clamp.max};
  const auto taps = static_cast<std::uint64_t>(weights.elements / channels);
  return make_step(args, std::move(scales), static_cast<std::uint64_t>(y.elements) * taps, isa);
}

}  // namespace aiedge::ops
