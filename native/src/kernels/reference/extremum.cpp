#include "kernels/extremum.h"

#include <algorithm>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is up to kBlock elements.
constexpr std::int32_t kBlock = 4096;

std::int32_t units(const ExtremumArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const ExtremumArgs& args, const Work& work) {
  with_type(args.type, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(work.input[0]);
    const T* b = static_cast<const T*>(work.input[1]);
    T* y = static_cast<T*>(work.output);
    const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
    for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i) {
      const BroadcastOffsets at = broadcast_offsets(args.shape, i);
      y[i] = args.greatest ? std::max(a[at.a], b[at.b]) : std::min(a[at.a], b[at.b]);
    }
  });
}

}  // namespace

const Kernel<ExtremumArgs> extremum_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
