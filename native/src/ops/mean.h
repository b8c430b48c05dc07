// What means and sums have in common.
#pragma once

#include "ops/operator.h"

namespace aiedge::ops {

// A tensor seen as (outer, positions, inner): the sum runs over the positions.
struct Reduction {
  std::int64_t outer, positions, inner;
};

// The step of `factor` * the sum over the positions, in the output's quantization.
[[nodiscard]] Result<std::unique_ptr<Step>> make_reduction(const Tensor& x, const Tensor& y,
                                                           const Reduction& sizes, float factor,
                                                           cpu::Isa isa);

}  // namespace aiedge::ops
