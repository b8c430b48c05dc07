#include "kernels/float_resize_bilinear.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ops/float_checks.h"
#include "ops/kernel_step.h"
#include "ops/resize.h"

namespace aiedge::ops {
namespace {

// docs/arithmetic.md, in float32 and in this order.
void append_taps(const Resize& resize, std::int32_t size, std::int32_t count,
                 std::vector<kernels::FloatResizeTap>* taps) {
  for (std::int32_t i = 0; i < count; ++i) {
    const float place = resize.place(size, count, i);
    const std::int32_t low = std::min(static_cast<std::int32_t>(place), size - 1);
    // Where rounding put the place behind the last element, both taps are that element.
    const float weight = std::min(place - static_cast<float>(low), 1.0F);
    taps->push_back({low, std::min(low + 1, size - 1), weight});
  }
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  Resize resize;
  AIEDGE_TRY(check_resize(node, &resize));
  AIEDGE_TRY(check_float(*node.inputs[0], "the input"));
  const Shape& x = node.inputs[0]->shape;
  const Shape& y = node.outputs[0]->shape;
  std::vector<kernels::FloatResizeTap> taps;
  taps.reserve(static_cast<std::size_t>(y[1]) + static_cast<std::size_t>(y[2]));
  append_taps(resize, x[1], y[1], &taps);
  append_taps(resize, x[2], y[2], &taps);
  const kernels::FloatResizeBilinearArgs args = {.batch = y[0],
                                                 .in_h = x[1],
                                                 .in_w = x[2],
                                                 .out_h = y[1],
                                                 .out_w = y[2],
                                                 .channels = y[3],
                                                 .rows = taps.data(),
                                                 .columns = taps.data() + y[1]};
  return make_step(args, std::move(taps), 0, isa);
}

}  // namespace

const Operator kFloatResizeBilinear = {.name = "float_resize_bilinear", .activations = 1, .make = make};

}  // namespace aiedge::ops
