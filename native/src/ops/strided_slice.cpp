#include <array>

#include "ops/checks.h"
#include "ops/strided_copy.h"

namespace aiedge::ops {
namespace {

// Attributes: begin of six axes, stride of six axes
constexpr std::size_t kAttributes = 2 * kMaxRank;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_moved(x, y));
  const std::int32_t rank = x.shape.rank;
  if (y.shape.rank != rank || rank < 1) return bad("input and output have not the same axes");
  const std::array<std::int32_t, kMaxRank> strides = strides_of(x.shape);
  std::array<CopyAxis, kMaxRank> axes;
  std::int32_t first = 0;  // an index of an element, so it fits
  for (std::int32_t i = 0; i < kMaxRank; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::int32_t begin = attribute(node, index);
    const std::int32_t stride = attribute(node, index + kMaxRank);
    if (i >= rank) {
      if (begin != 0 || stride != 0) return bad("a range is given for an axis that the input lacks");
      continue;
    }
    const std::int32_t size = x.shape[i];
    const std::int64_t last = begin + (std::int64_t{y.shape[i]} - 1) * stride;
    if (stride == 0 || begin < 0 || begin >= size || last < 0 || last >= size) {
      return bad("a range does not lie inside the input");
    }
    first += begin * strides[index];
    // The stride of a single element means nothing, and its product might not fit.
    axes[index] = {y.shape[i], y.shape[i] == 1 ? 1 : stride * strides[index]};
  }
  return make_strided_copy(axes, rank, first, x.dtype, isa);
}

}  // namespace

const Operator kStridedSlice = {.name = "strided_slice", .activations = 1, .make = make};

}  // namespace aiedge::ops
