#include <algorithm>
#include <chrono>
#include <cstring>

#include "peak/peak.h"

namespace aiedge::peak {

const Loop* find(const char* isa) {
  const auto found = std::find_if(loops().begin(), loops().end(),
                                  [isa](const Loop& loop) { return std::strcmp(loop.isa, isa) == 0; });
  return found == loops().end() ? nullptr : &*found;
}

double macs_per_s(const Loop& loop) {
  using Clock = std::chrono::steady_clock;
  // A third of a millisecond of today's CPUs: many fit between two interrupts.
  constexpr std::int64_t kSteps = 100000;
  constexpr int kTries = 30;
  volatile std::uint32_t sink = 0;
  double best_s = 1e18;
  for (int i = 0; i < kTries; ++i) {
    const Clock::time_point start = Clock::now();
    sink = loop.run(kSteps);
    best_s = std::min(best_s, std::chrono::duration<double>(Clock::now() - start).count());
  }
  (void)sink;
  return static_cast<double>(kSteps * loop.macs_per_step) / best_s;
}

}  // namespace aiedge::peak
