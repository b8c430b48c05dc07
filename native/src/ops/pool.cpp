#include "ops/pool.h"

namespace aiedge::ops {

Status check_pool_axes(const NodeView& node, PoolAxes* axes) {
  const Shape& x = node.inputs[0]->shape;
  const Shape& y = node.outputs[0]->shape;
  if (x.rank != 4 || y.rank != 4) return bad("a tensor does not have rank 4");
  if (x[0] != y[0] || x[3] != y[3]) return bad("input and output do not fit together");
  axes->rows = {x[1], attribute(node, 0), attribute(node, 2), 1, attribute(node, 4), attribute(node, 5),
                y[1]};
  axes->columns = {x[2], attribute(node, 1), attribute(node, 3), 1, attribute(node, 6), attribute(node, 7),
                   y[2]};
  AIEDGE_TRY(check_window(axes->rows, "height"));
  return check_window(axes->columns, "width");
}

Status check_pool(const NodeView& node, kernels::Pool2DArgs* args) {
  AIEDGE_TRY(check_counts(node, 1, 1, 10));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (!same_quantization(x, y)) return bad("input and output have different quantization");
  PoolAxes axes;
  AIEDGE_TRY(check_pool_axes(node, &axes));
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, 8, &clamp));

  *args = {
      .batch = x.shape[0],
      .in_h = axes.rows.size,
      .in_w = axes.columns.size,
      .channels = x.shape[3],
      .out_h = axes.rows.windows,
      .out_w = axes.columns.windows,
      .filter_h = axes.rows.window,
      .filter_w = axes.columns.window,
      .stride_h = axes.rows.stride,
      .stride_w = axes.columns.stride,
      .pad_top = axes.rows.before,
      .pad_left = axes.columns.before,
      .type = qtype(x),
      .clamp_min = clamp.min,
      .clamp_max = clamp.max,
  };
  return {};
}

}  // namespace aiedge::ops
