#include "kernels/concat.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: axis
constexpr std::size_t kAttributes = 1;

bool equal_beside(const Shape& a, const Shape& b, std::int32_t axis) {
  if (a.rank != b.rank) return false;
  for (std::int32_t i = 0; i < a.rank; ++i) {
    if (i != axis && a[i] != b[i]) return false;
  }
  return true;
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  if (node.inputs.empty()) return bad("it has no input");
  AIEDGE_TRY(check_counts(node, node.inputs.size(), 1, kAttributes));
  const Tensor& y = *node.outputs[0];
  for (const Tensor* x : node.inputs) AIEDGE_TRY(check_moved(*x, y));
  const std::int32_t axis = attribute(node, 0);
  if (axis < 0 || axis >= y.shape.rank) return bad("the axis is not one of the output's");
  std::int32_t rows = 1;                                     // products of y's sizes and bytes, so they fit
  auto inner = static_cast<std::int32_t>(size_of(y.dtype));  // in bytes
  for (std::int32_t i = 0; i < axis; ++i) rows *= y.shape[i];
  for (std::int32_t i = axis + 1; i < y.shape.rank; ++i) inner *= y.shape[i];

  std::vector<std::int32_t> widths;
  std::int64_t total = 0;
  for (const Tensor* x : node.inputs) {
    if (!equal_beside(x->shape, y.shape, axis)) {
      return bad("an input and the output have different sizes beside the axis");
    }
    total += x->shape[axis];  // below 64 * 2^24
    widths.push_back(static_cast<std::int32_t>(x->bytes()) / rows);
  }
  if (total != y.shape[axis]) return bad("the inputs' sizes along the axis do not add up to the output's");
  const kernels::ConcatArgs args = {.rows = rows,
                                    .row_bytes = y.shape[axis] * inner,
                                    .inputs = static_cast<std::int32_t>(widths.size()),
                                    .widths = widths.data()};
  return make_step(args, std::move(widths), 0, isa);
}

}  // namespace

const Operator kConcat = {.name = "concat", .activations = kAllInputs, .make = make};

}  // namespace aiedge::ops
