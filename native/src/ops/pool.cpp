#include "ops/pool.h"

#include "ops/checks.h"

namespace aiedge::ops {

Status check_pool(const NodeView& node, kernels::Pool2DArgs* args) {
  AIEDGE_TRY(check_counts(node, 1, 1, 10));
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

  *args = {
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
  return {};
}

}  // namespace aiedge::ops
