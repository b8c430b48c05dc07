// Two operands whose elements repeat along axes (NumPy's rule), as the elementwise kernels see them.
#pragma once

#include "kernels/kernel.h"

namespace aiedge::kernels {

inline constexpr std::int32_t kBroadcastRank = 6;

// The output's axes, slowest first, neighbours merged where both operands allow it; the steps of a and b
// along each, in elements, 0 where the operand repeats. Equal shapes are one axis with the steps 1.
// Preconditions: 1 <= rank <= kBroadcastRank; every size >= 1, their product at most 2^31 - 1; a step along
// the last axis is 0 or 1.
struct Broadcast {
  std::int32_t rank;
  std::int32_t size[kBroadcastRank];
  std::int32_t step_a[kBroadcastRank];
  std::int32_t step_b[kBroadcastRank];
};

// Where each operand's element for output `index` lies.
struct BroadcastOffsets {
  std::int64_t a, b;
};
[[nodiscard]] BroadcastOffsets broadcast_offsets(const Broadcast& shape, std::int64_t index);

// A stretch of outputs whose operands lie byte by byte at `a` and `b`.
struct BroadcastRun {
  const std::uint8_t* a;
  const std::uint8_t* b;
  std::int64_t count;
};

// What the scratch memory holds: the source of each operand's repeated bytes; null at first.
struct BroadcastTiles {
  const std::uint8_t* source_a;
  const std::uint8_t* source_b;
};

// The bytes of scratch that broadcast_run needs; 0 for equal shapes.
[[nodiscard]] std::size_t broadcast_scratch_bytes(const Broadcast& shape);

// The stretch that begins at output `index` and ends before `end`, of 1 element or more. What repeats is
// written out in `scratch`, as long as it pays.
[[nodiscard]] BroadcastRun broadcast_run(const Broadcast& shape, const void* const* input, std::int64_t index,
                                         std::int64_t end, void* scratch, BroadcastTiles* tiles);

}  // namespace aiedge::kernels
