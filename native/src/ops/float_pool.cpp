#include "ops/float_pool.h"

#include "ops/float_checks.h"
#include "ops/mean.h"
#include "ops/pool.h"

namespace aiedge::ops {

Status check_float_pool(const NodeView& node, std::size_t attributes, kernels::FloatPool2DArgs* args) {
  AIEDGE_TRY(check_floats(node, 1, attributes));
  PoolAxes axes;
  AIEDGE_TRY(check_pool_axes(node, &axes));
  if (std::int64_t{axes.rows.window} * axes.columns.window > kMostPositions)
    return bad("the window has more than 2^23 positions");
  const Shape& x = node.inputs[0]->shape;
  *args = {
      .batch = x[0],
      .in_h = axes.rows.size,
      .in_w = axes.columns.size,
      .channels = x[3],
      .out_h = axes.rows.windows,
      .out_w = axes.columns.windows,
      .filter_h = axes.rows.window,
      .filter_w = axes.columns.window,
      .stride_h = axes.rows.stride,
      .stride_w = axes.columns.stride,
      .pad_top = axes.rows.before,
      .pad_left = axes.columns.before,
  };
  return {};
}

}  // namespace aiedge::ops
