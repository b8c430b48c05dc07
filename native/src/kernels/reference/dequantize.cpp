#include "kernels/dequantize.h"

#include <algorithm>

#include "kernels/reference/floats.h"
#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

std::int32_t units(const DequantizeArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const DequantizeArgs& args, const Work& work) {
  const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
  with_type(args.type, [&](auto type) {
    const auto* x = static_cast<const decltype(type)*>(work.input[0]);
    for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i)
      store_float(work.output, i, static_cast<float>(x[i] - args.zero_point) * args.scale);
  });
}

}  // namespace

const Kernel<DequantizeArgs> dequantize_reference = {
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
