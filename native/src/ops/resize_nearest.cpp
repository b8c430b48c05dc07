#include "kernels/resize_nearest.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ops/kernel_step.h"
#include "ops/resize.h"

namespace aiedge::ops {
namespace {

// docs/arithmetic.md, in float32 and in this order.
void append_indices(const Resize& resize, std::int32_t size, std::int32_t count,
                    std::vector<std::int32_t>* indices) {
  const float step = resize.step(size, count);
  const float before = resize.half_pixel_centers ? 0.5F : 0.0F;
  const float after = resize.align_corners ? 0.5F : 0.0F;
  for (std::int32_t i = 0; i < count; ++i) {
    const float place = (static_cast<float>(i) + before) * step + after;
    indices->push_back(std::min(static_cast<std::int32_t>(place), size - 1));
  }
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  Resize resize;
  AIEDGE_TRY(check_resize(node, &resize));
  const Shape& x = node.inputs[0]->shape;
  const auto bytes = static_cast<std::int32_t>(size_of(node.inputs[0]->dtype));
  const Shape& y = node.outputs[0]->shape;
  std::vector<std::int32_t> indices;
  indices.reserve(static_cast<std::size_t>(y[1]) + static_cast<std::size_t>(y[2]));
  append_indices(resize, x[1], y[1], &indices);
  append_indices(resize, x[2], y[2], &indices);
  const kernels::ResizeNearestArgs args = {.batch = y[0],
                                           .in_h = x[1],
                                           .in_w = x[2],
                                           .out_h = y[1],
                                           .out_w = y[2],
                                           .pixel_bytes = y[3] * bytes,
                                           .rows = indices.data(),
                                           .columns = indices.data() + y[1]};
  return make_step(args, std::move(indices), 0, isa);
}

}  // namespace

const Operator kResizeNearest = {.name = "resize_nearest", .activations = 1, .make = make};

}  // namespace aiedge::ops
