// Contract of requantize, and of lookup: every 8-bit input value has one 8-bit output value, found by table.
//
//   y[i] = table[x[i] as uint8]
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Preconditions: count >= 1.
struct RequantizeArgs {
  std::int32_t count;
  const std::uint8_t* table;  // 256 entries, indexed by the input's byte; the output's byte
};

#define AIEDGE_VARIANT(name) extern const Kernel<RequantizeArgs> requantize_##name;
#include "kernels/requantize.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
