#include "plan/arena.h"

#include <algorithm>
#include <numeric>

#include "base/buffer.h"
#include "base/checked.h"

namespace aiedge::plan {
namespace {

bool live_together(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace

Result<Arena> plan_arena(std::span<const Lifetime> lifetimes) {
  const Status too_large =
      Status::error(Code::kOutOfMemory, "the activations need more than %zu bytes", kMaxArenaBytes);
  std::vector<std::size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lifetimes[a].bytes > lifetimes[b].bytes; });

  Arena arena;
  arena.offsets.resize(lifetimes.size());
  std::vector<std::size_t> placed;  // indices by ascending offset
  placed.reserve(lifetimes.size());
  for (const std::size_t index : order) {
    if (lifetimes[index].bytes > kMaxArenaBytes) return too_large;
    const std::size_t bytes = round_up(lifetimes[index].bytes, kAlignment);
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      if (!live_together(lifetimes[index], lifetimes[other])) continue;
      if (offset + bytes <= arena.offsets[other]) break;
      offset = std::max(offset, arena.offsets[other] + round_up(lifetimes[other].bytes, kAlignment));
    }
    if (offset + bytes > kMaxArenaBytes) return too_large;
    arena.offsets[index] = offset;
    arena.bytes = std::max(arena.bytes, offset + bytes);
    const auto after =
        std::upper_bound(placed.begin(), placed.end(), offset,
                         [&](std::size_t value, std::size_t at) { return value < arena.offsets[at]; });
    placed.insert(after, index);
  }
  return arena;
}

}  // namespace aiedge::plan
