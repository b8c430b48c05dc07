#include "ops/broadcast.h"

#include <algorithm>
#include <array>

#include "ops/checks.h"

namespace aiedge::ops {
namespace {

// One axis of the output, with the operands' steps.
struct Steps {
  std::int32_t size, step_a, step_b;
};

std::int32_t size_at(const Shape& shape, std::int32_t from_end) {
  return from_end < shape.rank ? shape[shape.rank - 1 - from_end] : 1;
}

// Whether the outer axis goes on where the inner one ends, for one operand.
bool continues(std::int32_t outer, std::int32_t inner, std::int32_t size) {
  return std::int64_t{outer} == std::int64_t{inner} * size;
}

}  // namespace

Status check_broadcast(const Tensor& a, const Tensor& b, const Tensor& y, kernels::Broadcast* shape) {
  if (y.shape.rank != std::max(a.shape.rank, b.shape.rank))
    return bad("the output has not as many axes as the inputs");
  std::array<Steps, kMaxRank> axes{};
  std::int32_t count = 0;
  std::int32_t step_a = 1;
  std::int32_t step_b = 1;
  for (std::int32_t i = 0; i < y.shape.rank; ++i) {  // from the last axis on
    const std::int32_t size_a = size_at(a.shape, i);
    const std::int32_t size_b = size_at(b.shape, i);
    const std::int32_t size = size_at(y.shape, i);
    if ((size_a != 1 && size_b != 1 && size_a != size_b) || size != std::max(size_a, size_b))
      return bad("the shapes of the inputs and the output do not fit together");
    const Steps axis = {size, size_a == 1 ? 0 : step_a, size_b == 1 ? 0 : step_b};
    step_a *= size_a;
    step_b *= size_b;
    if (size == 1) continue;
    if (count > 0) {
      Steps& inner = axes[static_cast<std::size_t>(count - 1)];
      if (continues(axis.step_a, inner.step_a, inner.size) &&
          continues(axis.step_b, inner.step_b, inner.size)) {
        inner.size *= size;
        continue;
      }
    }
    axes[static_cast<std::size_t>(count++)] = axis;
  }
  if (count == 0) axes[static_cast<std::size_t>(count++)] = {1, 1, 1};
  *shape = {};
  shape->rank = count;
  for (std::int32_t i = 0; i < count; ++i) {
    const Steps& axis = axes[static_cast<std::size_t>(count - 1 - i)];
    shape->size[i] = axis.size;
    shape->step_a[i] = axis.step_a;
    shape->step_b[i] = axis.step_b;
  }
  return {};
}

}  // namespace aiedge::ops
