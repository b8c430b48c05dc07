// Contract of pad: the input in the middle, one byte around it.
//
//   y[i0, i1, ...] = x[i0 - before[0], i1 - before[1], ...]   where that lies inside x, else value
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

// Axes without padding are merged into the one before them, so the last axis is a run of bytes.
// Preconditions: 1 <= axes <= 6; sizes >= 1; before >= 0; before + in_size <= out_size; the products of the
// sizes < 2^31.
struct PadArgs {
  std::int32_t axes;
  std::int32_t in_size[6];
  std::int32_t before[6];
  std::int32_t out_size[6];
  std::uint8_t value;
};

#define AIEDGE_VARIANT(name) extern const Kernel<PadArgs> pad_##name;
#include "kernels/pad.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
