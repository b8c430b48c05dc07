// How the reference walks over two operands that repeat along axes. For the reference only, as requant.h.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/broadcast.h"
#include "kernels/reference/requant.h"

namespace aiedge::kernels {

// A unit is up to kElementwiseBlock elements.
inline constexpr std::int32_t kElementwiseBlock = 4096;

template <typename Args>
[[nodiscard]] std::int32_t elementwise_units(const Args& args) {
  return (args.count - 1) / kElementwiseBlock + 1;
}

// Each output is of(a, b), in the type of a, b and y.
template <typename Args, typename Of>
void elementwise(const Args& args, const Work& work, Of of) {
  with_type(args.type, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(work.input[0]);
    const T* b = static_cast<const T*>(work.input[1]);
    T* y = static_cast<T*>(work.output);
    const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kElementwiseBlock);
    for (std::int64_t i = std::int64_t{work.begin} * kElementwiseBlock; i < end; ++i) {
      const BroadcastOffsets at = broadcast_offsets(args.shape, i);
      y[i] = static_cast<T>(of(a[at.a], b[at.b]));
    }
  });
}

}  // namespace aiedge::kernels
