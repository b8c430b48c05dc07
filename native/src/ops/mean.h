// What means and sums have in common.
#pragma once

#include "ops/operator.h"

namespace aiedge::ops {

// A tensor seen as (outer, positions, inner): the sum runs over the positions.
struct Reduction {
  std::int64_t outer = 1, positions = 1, inner = 1;
};

inline constexpr std::int64_t kMostPositions = std::int64_t{1} << 23;  // a sum of 8 bits fits an int32

// The node's input, seen so: its axes from `first` to `last` are summed up, and the output has all others, or
// also 1 in the place of those; at most 2^23 elements become one.
[[nodiscard]] Status check_reduction(const NodeView& node, std::int32_t first, std::int32_t last,
                                     Reduction* sizes);

// The step of `factor` * the sum over the positions, in the output's quantization.
[[nodiscard]] Result<std::unique_ptr<Step>> make_reduction(const Tensor& x, const Tensor& y,
                                                           const Reduction& sizes, float factor,
                                                           cpu::Isa isa);

}  // namespace aiedge::ops
