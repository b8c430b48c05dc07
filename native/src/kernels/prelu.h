// Contract of prelu: element by element, the slopes may repeat.
//
//   v = x - zero_point;  w = v where v >= 0, else v * (slope - slope_zero_point)
//   y = saturate(scaled(w) + output_zero_point), by the factor above or below
//
//   scaled(w) = away(((w * factor + 2^(30 - left)) >> (31 - left)) / 2^right), half away from zero; int64
#pragma once

#include "kernels/broadcast.h"
#include "kernels/kernel.h"

namespace aiedge::kernels {

// A ratio: factor * 2^(left - right - 31).
// Preconditions: 2^30 <= factor <= 2^31; 0 <= left <= 17; 0 <= right <= 31; one of both is 0.
struct PReluFactor {
  std::int64_t factor;
  std::int32_t left, right;
};

// Preconditions: count >= 1, that of the shape; zero points within the type.
struct PReluArgs {
  Broadcast shape;  // a is x, b the slopes
  std::int32_t count;
  QType type;  // of x, slopes and y
  std::int32_t zero_point, slope_zero_point;
  PReluFactor above, below;
  std::int32_t output_zero_point;
};

#define AIEDGE_VARIANT(name) extern const Kernel<PReluArgs> prelu_##name;
#include "kernels/prelu.def"
#undef AIEDGE_VARIANT

}  // namespace aiedge::kernels
