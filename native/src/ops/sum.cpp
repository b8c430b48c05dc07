#include "ops/checks.h"
#include "ops/mean.h"

namespace aiedge::ops {
namespace {

// Attributes: first_axis last_axis
constexpr std::size_t kAttributes = 2;

// The output has the input's axes without those from `first` to `last`, or with 1 in their place.
bool fits(const Shape& x, const Shape& y, std::int32_t first, std::int32_t last) {
  Shape kept = x;
  Shape dropped;
  for (std::int32_t axis = 0; axis < x.rank; ++axis) {
    const auto index = static_cast<std::size_t>(axis);
    if (axis >= first && axis <= last) {
      kept.size[index] = 1;
    } else {
      dropped.size[static_cast<std::size_t>(dropped.rank++)] = x.size[index];
    }
  }
  return y == kept || y == dropped;
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa, bool mean) {
  AIEDGE_TRY(check_counts(node, 1, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  Reduction sizes;
  AIEDGE_TRY(check_reduction(node, attribute(node, 0), attribute(node, 1), &sizes));
  return make_reduction(x, y, sizes, mean ? 1.0F / static_cast<float>(sizes.positions) : 1.0F, isa);
}

Result<std::unique_ptr<Step>> make_sum(const NodeView& node, cpu::Isa isa) { return make(node, isa, false); }

Result<std::unique_ptr<Step>> make_mean(const NodeView& node, cpu::Isa isa) { return make(node, isa, true); }

}  // namespace

Status check_reduction(const NodeView& node, std::int32_t first, std::int32_t last, Reduction* sizes) {
  const Shape& x = node.inputs[0]->shape;
  if (first < 0 || first > last || last >= x.rank) return bad("its axes are not axes of the input");
  if (!fits(x, node.outputs[0]->shape, first, last))
    return bad("the output's shape does not fit the input and axes");
  for (std::int32_t axis = 0; axis < x.rank; ++axis) {
    std::int64_t& part = axis < first ? sizes->outer : axis > last ? sizes->inner : sizes->positions;
    part *= x[axis];
  }
  if (sizes->positions > kMostPositions) return bad("it sums over more than 2^23 positions");
  return {};
}

const Operator kSum = {.name = "sum", .activations = 1, .make = make_sum};
const Operator kMeanOver = {.name = "mean_over", .activations = 1, .make = make_mean};

}  // namespace aiedge::ops
