// The step that moves elements by strides.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/tensor.h"
#include "ops/operator.h"

namespace aiedge::ops {

// One axis of the output, and how far apart its elements lie in the input.
struct CopyAxis {
  std::int32_t size = 1;
  std::int32_t stride = 1;
};

// The axes' places, counted from `first`, lie inside the input; `rank` is 1 to 6; all of them count elements
// of `dtype`.
[[nodiscard]] std::unique_ptr<Step> make_strided_copy(const std::array<CopyAxis, kMaxRank>& axes,
                                                      std::int32_t rank, std::int32_t first, DType dtype,
                                                      cpu::Isa isa);

// How far apart the elements of each axis lie in a tensor.
[[nodiscard]] std::array<std::int32_t, kMaxRank> strides_of(const Shape& shape);

}  // namespace aiedge::ops
