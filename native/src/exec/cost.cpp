#include "exec/cost.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace aiedge::exec {
namespace {

// What a kernel does in a nanosecond. Rather too fast than too slow: a thread that would gain little stays
// out. The x86 numbers are the upper end of what kernel_bench measures on a 3.65 GHz Zen 4 over the layers of
// small models (docs/performance.md); the ARM ones are llvm-mca's cycles on cortex-a76 at 2 GHz.
struct Speed {
  std::string_view kernel;
  double macs, depthwise_macs, bytes;
  double float_macs, float_depthwise_macs;
};
constexpr std::array<Speed, 8> kSpeeds = {{
    {"avx512vnni", 150, 40, 10, 50, 20},
    {"avxvnni", 120, 35, 10, 50, 20},
    {"avxvnni_evex", 120, 35, 10, 50, 20},
    {"avx2", 70, 25, 10, 50, 20},
    {"neoni8mm", 50, 8, 4, 8, 4},
    {"neondot", 50, 8, 4, 8, 4},
    {"neon", 9, 6, 4, 8, 4},
    {"reference", 3, 2, 1, 1, 1},
}};

constexpr double kNodeNs = 50;  // the call itself

// Measured between two spinning threads (docs/performance.md): 0.15 to 0.55 us until the job has gone over
// and the answer is back, more on CPUs whose caches lie far apart.
constexpr double kHandoverNs = 600;
constexpr double kHandoverEachNs = 150;  // for every thread after the second
constexpr double kWorthwhile = 0.9;      // of the time on one thread

const Speed& speed_of(std::string_view kernel) {
  const auto* found = std::find_if(kSpeeds.begin(), kSpeeds.end(),
                                   [&](const Speed& speed) { return speed.kernel == kernel; });
  return found == kSpeeds.end() ? kSpeeds.front() : *found;
}

}  // namespace

double estimate_ns(const NodeCost& cost) {
  const Speed& speed = speed_of(cost.kernel);
  const double whole = cost.floating ? speed.float_macs : speed.macs;
  const double depthwise = cost.floating ? speed.float_depthwise_macs : speed.depthwise_macs;
  const double macs = static_cast<double>(cost.macs) / (cost.depthwise ? depthwise : whole);
  return kNodeNs + std::max(macs, static_cast<double>(cost.out_bytes) / speed.bytes);
}

std::uint32_t best_shares(double ns, std::int32_t units, std::uint32_t threads) {
  std::uint32_t best = 1;
  double least = ns * kWorthwhile;
  for (std::uint32_t shares = 2; shares <= threads && shares <= static_cast<std::uint32_t>(units); ++shares) {
    const std::int64_t largest = (std::int64_t{units} + shares - 1) / shares;
    const double time =
        ns * static_cast<double>(largest) / units + kHandoverNs + kHandoverEachNs * (shares - 2);
    if (time >= least) continue;
    best = shares;
    least = time;
  }
  return best;
}

}  // namespace aiedge::exec
