// Where activations lie in one block of memory, so that those that live at the same time do not overlap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/status.h"

namespace aiedge::plan {

inline constexpr std::size_t kMaxArenaBytes = std::size_t{1} << 30U;

// A piece of memory that must hold its content from node `first` to node `last`, both included.
struct Lifetime {
  std::size_t bytes = 0;  // >= 1
  std::size_t first = 0;
  std::size_t last = 0;  // >= first
};

struct Arena {
  std::vector<std::size_t> offsets;  // one for each lifetime, multiples of 64
  std::size_t bytes = 0;             // a multiple of 64
};

// Greedy by size: the largest first, each at the lowest gap that fits. More than kMaxArenaBytes is
// kOutOfMemory.
[[nodiscard]] Result<Arena> plan_arena(std::span<const Lifetime> lifetimes);

}  // namespace aiedge::plan
