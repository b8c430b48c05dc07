#include "plan/views.h"

#include <cstdint>

namespace aiedge::plan {
namespace {

std::int32_t attribute(const model::Node& node, std::int32_t index) {
  return static_cast<std::int32_t>(node.attributes[static_cast<std::size_t>(index)]);
}

bool keeps_order(const model::Node& node, const Shape& y) {
  std::int32_t before = -1;
  for (std::int32_t i = 0; i < y.rank; ++i) {
    if (y[i] == 1) continue;
    const std::int32_t axis = attribute(node, i);
    if (axis < before) return false;
    before = axis;
  }
  return true;
}

// A slice is a run of bytes if, from the last axis on, whole axes are followed by one range of neighbours and
// then by single elements.
std::optional<std::size_t> slice_begin(const model::Node& node, const Tensor& x, const Shape& y) {
  std::size_t begin = 0;
  std::size_t stride = size_of(x.dtype);
  bool whole = true;
  for (std::int32_t i = y.rank - 1; i >= 0; --i) {
    if (y[i] != 1 && (!whole || attribute(node, i + kMaxRank) != 1)) return std::nullopt;
    whole = whole && y[i] == x.shape[i];
    begin += static_cast<std::size_t>(attribute(node, i)) * stride;
    stride *= static_cast<std::size_t>(x.shape[i]);
  }
  return begin;
}

}  // namespace

std::optional<std::size_t> view_of_input(const model::Bundle& bundle, const model::Node& node) {
  const auto code = static_cast<OpCode>(node.code);
  if (code == OpCode::kReshape) return 0;
  const Shape& y = bundle.tensors[node.outputs[0]].shape;
  if (code == OpCode::kTranspose && keeps_order(node, y)) return 0;
  if (code == OpCode::kStridedSlice) return slice_begin(node, bundle.tensors[node.inputs[0]], y);
  return std::nullopt;
}

std::vector<std::size_t> pieces_of_output(const model::Bundle& bundle, const model::Node& node) {
  if (static_cast<OpCode>(node.code) != OpCode::kConcat) return {};
  const Shape& y = bundle.tensors[node.outputs[0]].shape;
  for (std::int32_t i = 0; i < attribute(node, 0); ++i) {
    if (y[i] != 1) return {};
  }
  std::vector<std::size_t> begins;
  std::size_t begin = 0;
  for (const std::uint32_t input : node.inputs) {
    begins.push_back(begin);
    begin += bundle.tensors[input].bytes();
  }
  return begins;
}

}  // namespace aiedge::plan
