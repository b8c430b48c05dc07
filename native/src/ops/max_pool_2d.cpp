#include "kernels/max_pool_2d.h"

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: filter_h filter_w stride_h stride_w pad_top pad_bottom pad_left pad_right clamp_min clamp_max
constexpr std::size_t kAttributes = 10;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (!same_quantization(x, y)) return bad("input and output have different quantization");
  if (x.shape.rank != 4 || y.shape.rank != 4) return bad("a tensor does not have rank 4");
  if (x.shape[0] != y.shape[0] || x.shape[3] != y.shape[3])
    return bad("input and output do not fit together");
  const Axis rows = {x.shape[1],         attribute(node, 0), attribute(node, 2), 1,
                     attribute(node, 4), attribute(node, 5), y.shape[1]};
  const Axis columns = {x.shape[2],         attribute(node, 1), attribute(node, 3), 1,
                        attribute(node, 6), attribute(node, 7), y.shape[2]};
  AIEDGE_TRY(check_window(rows, "height"));
  AIEDGE_TRY(check_window(columns, "width"));
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, 8, &clamp));

  const kernels::MaxPool2DArgs args = {
      .batch = x.shape[0],
      .in_h = rows.size,
      .in_w = columns.size,
      .channels = x.shape[3],
      .out_h = rows.windows,
      .out_w = columns.windows,
      .filter_h = rows.window,
      .filter_w = columns.window,
      .stride_h = rows.stride,
      .stride_w = columns.stride,
      .pad_top = rows.before,
      .pad_left = columns.before,
      .type = qtype(x),
      .clamp_min = clamp.min,
      .clamp_max = clamp.max,
  };
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kMaxPool2D = {.name = "max_pool_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
