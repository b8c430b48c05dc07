#include "kernels/gather.h"

#include <cstdint>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: axis
constexpr std::size_t kAttributes = 1;

// Indices that are in the bundle lie inside the axis; it is no error that those of a run do not.
Status check_indices(const Tensor& indices, std::int32_t size) {
  if (indices.dtype != DType::kInt32) return bad("the indices are not int32");
  if (!indices.is_constant()) return {};
  const auto* values = reinterpret_cast<const std::int32_t*>(indices.data);
  for (std::int32_t i = 0; i < indices.elements; ++i) {
    if (values[i] < 0 || values[i] >= size) return bad("an index lies outside the axis");
  }
  return {};
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 2, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& indices = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_moved(x, y));
  const std::int32_t axis = attribute(node, 0);
  if (axis < 0 || axis >= x.shape.rank) return bad("the axis is not one of the input's");
  AIEDGE_TRY(check_indices(indices, x.shape[axis]));
  if (x.shape.rank - 1 + indices.shape.rank != y.shape.rank) return bad("the output's shape does not fit");
  kernels::GatherArgs args = {.outer = 1,
                              .size = x.shape[axis],
                              .inner = static_cast<std::int32_t>(size_of(x.dtype)),
                              .count = indices.elements};
  for (std::int32_t i = 0; i < y.shape.rank; ++i) {
    const std::int32_t inside = i - axis;
    const bool before = inside < 0;
    const bool index = !before && inside < indices.shape.rank;
    const std::int32_t size = before  ? x.shape[i]
                              : index ? indices.shape[inside]
                                      : x.shape[i - indices.shape.rank + 1];
    if (y.shape[i] != size) return bad("the output's shape does not fit");
    if (before) args.outer *= size;  // products of x's and y's sizes, so they fit
    if (!before && !index) args.inner *= size;
  }
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kGather = {.name = "gather", .activations = 2, .make = make};

}  // namespace aiedge::ops
