// What the float pooling operators have in common.
#pragma once

#include "kernels/float_pool_2d.h"
#include "ops/operator.h"

namespace aiedge::ops {

// One input, one output, both float32 of rank 4, and the attributes filter_h filter_w stride_h stride_w
// pad_top pad_bottom pad_left pad_right: all checked, then as the kernels take them. `attributes` is how many
// there are with those after them.
[[nodiscard]] Status check_float_pool(const NodeView& node, std::size_t attributes,
                                      kernels::FloatPool2DArgs* args);

}  // namespace aiedge::ops
