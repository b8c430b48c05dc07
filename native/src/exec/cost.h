// How long a node takes, roughly, and how many threads are worth their while.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aiedge::exec {

// What the estimate goes by.
struct NodeCost {
  const char* kernel = "";  // the variant that runs
  bool depthwise = false;   // its multiply-accumulates are slow ones
  bool floating = false;    // they are of float32
  std::uint64_t macs = 0;   // 0: what counts is the output's size
  std::size_t out_bytes = 0;
};

// Nanoseconds on one thread; on a slow CPU it takes longer.
[[nodiscard]] double estimate_ns(const NodeCost& cost);

// From 1 to `threads`: the number that is done first, when there are `units` pieces of equal size.
[[nodiscard]] std::uint32_t best_shares(double ns, std::int32_t units, std::uint32_t threads);

// From waking a parked worker until it has begun: a whole run that is over sooner gains nothing from it.
inline constexpr double kWakeNs = 60e3;

}  // namespace aiedge::exec
