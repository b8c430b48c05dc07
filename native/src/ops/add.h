// What a sum and a difference have in common.
#pragma once

#include "ops/operator.h"

namespace aiedge::ops {

// The step of a + sign * b.
[[nodiscard]] Result<std::unique_ptr<Step>> make_add(const NodeView& node, cpu::Isa isa, std::int32_t sign);

}  // namespace aiedge::ops
