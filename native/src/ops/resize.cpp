#include "ops/resize.h"

namespace aiedge::ops {

Status check_resize(const NodeView& node, Resize* resize) {
  AIEDGE_TRY(check_counts(node, 1, 1, 2));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_moved(x, y));
  if (x.shape.rank != 4 || y.shape.rank != 4) return bad("input or output has not four axes");
  if (x.shape[0] != y.shape[0] || x.shape[3] != y.shape[3]) {
    return bad("input and output have different batches or channels");
  }
  const std::int32_t align = attribute(node, 0);
  const std::int32_t half = attribute(node, 1);
  if (align < 0 || half < 0 || align > 1 || half > 1 || align + half > 1) {
    return bad("align_corners and half_pixel_centers are not 0 or one of them 1");
  }
  *resize = {align == 1, half == 1};
  return {};
}

}  // namespace aiedge::ops
