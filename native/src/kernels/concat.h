// Contract of concat: each output row is the inputs' rows, one after another.
//
//   y[row * sum(widths) + (widths before i) + k] = input[i][row * widths[i] + k]
// The planner lets an input lie where it belongs in the output, where it can; such a row is left as it is.
// That is the one exception to the rule that no input is the output's memory; an input may also be another
// part of the output.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: rows >= 1; inputs >= 1; each width >= 1 and row_bytes their sum; rows * row_bytes < 2^31.
struct ConcatArgs {
  std::int32_t rows;
  std::int32_t row_bytes;
  std::int32_t inputs;
  const std::int32_t* widths;  // bytes of a row, one for each input
};

#define AIEDGE_VARIANT(name) extern const Kernel<ConcatArgs> concat_##name;
#include "kernels/concat.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
