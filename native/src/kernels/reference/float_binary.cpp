#include "kernels/float_binary.h"

#include <algorithm>

#include "kernels/reference/floats.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

float compute(FloatBinaryFunction function, float a, float b) {
  switch (function) {
    case FloatBinaryFunction::kAdd:
      return a + b;
    case FloatBinaryFunction::kSub:
      return a - b;
    case FloatBinaryFunction::kMul:
      return a * b;
    case FloatBinaryFunction::kDiv:
      return a / b;
    case FloatBinaryFunction::kMinimum:
      return a < b ? a : b;
    case FloatBinaryFunction::kMaximum:
      return a > b ? a : b;
    case FloatBinaryFunction::kPRelu:
      return a >= 0.0F ? a : a * b;
  }
  return a;
}

std::int32_t units(const FloatBinaryArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const FloatBinaryArgs& args, const Work& work) {
  const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i) {
    const BroadcastOffsets at = broadcast_offsets(args.shape, i);
    store_float(work.output, i,
                compute(args.function, load_float(work.input[0], at.a), load_float(work.input[1], at.b)));
  }
}

}  // namespace

const Kernel<FloatBinaryArgs> float_binary_reference = {
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
