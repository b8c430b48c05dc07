#include <array>

#include "ops/checks.h"
#include "ops/strided_copy.h"

namespace aiedge::ops {
namespace {

// Attributes: the input's axis of each of six axes
constexpr std::size_t kAttributes = kMaxRank;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_moved(x, y));
  const std::int32_t rank = x.shape.rank;
  if (y.shape.rank != rank || rank < 1) return bad("input and output have not the same axes");
  const std::array<std::int32_t, kMaxRank> strides = strides_of(x.shape);
  std::array<CopyAxis, kMaxRank> axes;
  std::array<bool, kMaxRank> taken = {};
  for (std::int32_t i = 0; i < kMaxRank; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::int32_t axis = attribute(node, index);
    if (i >= rank) {
      if (axis != 0) return bad("an order is given for an axis that the input lacks");
      continue;
    }
    if (axis < 0 || axis >= rank || taken[static_cast<std::size_t>(axis)])
      return bad("the axes are not each of the input's once");
    taken[static_cast<std::size_t>(axis)] = true;
    if (y.shape[i] != x.shape[axis]) return bad("the output's shape is not that of the input in the order");
    axes[index] = {y.shape[i], strides[static_cast<std::size_t>(axis)]};
  }
  return make_strided_copy(axes, rank, 0, x.dtype, isa);
}

}  // namespace

const Operator kTranspose = {.name = "transpose", .activations = 1, .make = make};

}  // namespace aiedge::ops
