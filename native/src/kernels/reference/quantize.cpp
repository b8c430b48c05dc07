#include "kernels/quantize.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reference/floats.h"
#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

std::int32_t units(const QuantizeArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const QuantizeArgs& args, const Work& work) {
  const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
  with_type(args.type, [&](auto type) {
    using T = decltype(type);
    // Held before the conversion, so that every float fits.
    const auto least = static_cast<float>(std::numeric_limits<T>::min() - args.zero_point);
    const auto most = static_cast<float>(std::numeric_limits<T>::max() - args.zero_point);
    for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i) {
      const float steps = std::nearbyint(load_float(work.input[0], i) / args.scale);
      const float held = std::isnan(steps) ? 0.0F : std::clamp(steps, least, most);
      static_cast<T*>(work.output)[i] = static_cast<T>(static_cast<std::int32_t>(held) + args.zero_point);
    }
  });
}

}  // namespace

const Kernel<QuantizeArgs> quantize_reference = {
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
