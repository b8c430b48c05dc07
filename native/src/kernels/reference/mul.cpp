#include "kernels/mul.h"

#include <algorithm>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is up to kBlock elements.
constexpr std::int32_t kBlock = 4096;

std::int32_t units(const MulArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const MulArgs& args, const Work& work) {
  with_type(args.type, [&](auto type) {
    using T = decltype(type);
    const T* a = static_cast<const T*>(work.input[0]);
    const T* b = static_cast<const T*>(work.input[1]);
    T* y = static_cast<T*>(work.output);
    const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
    for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i) {
      const BroadcastOffsets at = broadcast_offsets(args.shape, i);
      const std::int32_t product = (a[at.a] - args.zero_point_a) * (b[at.b] - args.zero_point_b);
      y[i] = static_cast<T>(requantize(static_cast<std::uint32_t>(product), args.scale,
                                       args.output_zero_point, args.clamp_min, args.clamp_max));
    }
  });
}

}  // namespace

const Kernel<MulArgs> mul_reference = {
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
