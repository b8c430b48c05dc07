// What the pooling operators have in common.
#pragma once

#include "kernels/pool_2d.h"
#include "ops/checks.h"
#include "ops/operator.h"

namespace aiedge::ops {

// Input and output have rank 4, and fit together and to the attributes filter_h filter_w stride_h stride_w
// pad_top pad_bottom pad_left pad_right.
struct PoolAxes {
  Axis rows, columns;
};
[[nodiscard]] Status check_pool_axes(const NodeView& node, PoolAxes* axes);

// One input, one output of the same type and quantization, both of rank 4, and the attributes
// filter_h filter_w stride_h stride_w pad_top pad_bottom pad_left pad_right clamp_min clamp_max: all checked,
// then as the kernels take them.
[[nodiscard]] Status check_pool(const NodeView& node, kernels::Pool2DArgs* args);

}  // namespace aiedge::ops
