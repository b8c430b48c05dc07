// Operands that repeat along axes.
#pragma once

#include "base/status.h"
#include "base/tensor.h"
#include "kernels/broadcast.h"

namespace aiedge::ops {

// NumPy's rule: axes are matched from the last on, one that is missing or 1 repeats, and the output has
// exactly the greater sizes. Then the kernels' description of it.
[[nodiscard]] Status check_broadcast(const Tensor& a, const Tensor& b, const Tensor& y,
                                     kernels::Broadcast* shape);

}  // namespace aiedge::ops
