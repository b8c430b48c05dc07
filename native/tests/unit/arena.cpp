// Of any set of lifetimes: no two that live together overlap, all are aligned, and the arena is not absurdly
// large.
#include "plan/arena.h"

#include <algorithm>
#include <random>
#include <vector>

#include "check.h"

using aiedge::Code;
using aiedge::Result;
using aiedge::plan::Arena;
using aiedge::plan::Lifetime;
using aiedge::plan::plan_arena;

namespace {

std::size_t rounded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

// The greatest sum of what lives at one node: no plan can be smaller.
std::size_t least(const std::vector<Lifetime>& lifetimes, std::size_t nodes) {
  std::size_t peak = 0;
  for (std::size_t node = 0; node < nodes; ++node) {
    std::size_t live = 0;
    for (const Lifetime& l : lifetimes) live += l.first <= node && node <= l.last ? rounded(l.bytes) : 0;
    peak = std::max(peak, live);
  }
  return peak;
}

void check_plan(const std::vector<Lifetime>& lifetimes, std::size_t nodes) {
  const Result<Arena> result = plan_arena(lifetimes);
  CHECK(result.ok());
  if (!result.ok()) return;
  const Arena& arena = result.value();
  std::size_t sum = 0;
  std::size_t end = 0;
  for (std::size_t i = 0; i < lifetimes.size(); ++i) {
    CHECK(arena.offsets[i] % 64 == 0);
    end = std::max(end, arena.offsets[i] + rounded(lifetimes[i].bytes));
    sum += rounded(lifetimes[i].bytes);
    for (std::size_t k = 0; k < i; ++k) {
      const bool together =
          lifetimes[i].first <= lifetimes[k].last && lifetimes[k].first <= lifetimes[i].last;
      const bool apart = arena.offsets[i] + lifetimes[i].bytes <= arena.offsets[k] ||
                         arena.offsets[k] + lifetimes[k].bytes <= arena.offsets[i];
      CHECK(!together || apart);
    }
  }
  CHECK(arena.bytes == end);
  CHECK(arena.bytes <= sum);
  CHECK(arena.bytes >= least(lifetimes, nodes));
}

}  // namespace

int main() {
  check_plan({}, 1);
  check_plan({{1, 0, 0}}, 1);
  std::mt19937 random(7);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random()) % bound; };
  for (int round = 0; round < 300; ++round) {
    const std::size_t nodes = 1 + below(30);
    std::vector<Lifetime> lifetimes(below(40));
    for (Lifetime& l : lifetimes) {
      l.first = below(nodes);
      l.last = l.first + below(nodes - l.first);
      l.bytes = 1 + below(5000);
    }
    check_plan(lifetimes, nodes);
  }
  // A chain needs two neighbours at a time, and gets no more.
  std::vector<Lifetime> chain;
  for (std::size_t i = 0; i < 20; ++i) chain.push_back({640, i, i + 1});
  CHECK(plan_arena(chain).value().bytes == 2 * 640);

  CHECK(plan_arena(std::vector<Lifetime>{{aiedge::plan::kMaxArenaBytes + 1, 0, 0}}).status().code() ==
        Code::kOutOfMemory);
  const std::vector<Lifetime> two(2, {aiedge::plan::kMaxArenaBytes - 1, 0, 0});
  CHECK(plan_arena(two).status().code() == Code::kOutOfMemory);
  return aiedge::test::report();
}
