#include "kernels/float_reduce.h"

#include "kernels/reference/floats.h"

namespace aiedge::kernels {
namespace {

// A unit is one index of the outer axes.
std::int32_t units(const FloatReduceArgs& a) { return a.outer; }

void run(const FloatReduceArgs& a, const Work& work) {
  const bool greatest = a.function == FloatReduceFunction::kMax;
  for (std::int64_t outer = work.begin; outer < work.end; ++outer) {
    for (std::int32_t i = 0; i < a.inner; ++i) {
      const std::int64_t first = outer * a.positions * a.inner + i;
      float acc = greatest ? load_float(work.input[0], first) : 0.0F;
      for (std::int64_t p = 0; p < a.positions; ++p) {
        const float x = load_float(work.input[0], first + p * a.inner);
        acc = greatest ? (x > acc ? x : acc) : acc + x;
      }
      if (a.function == FloatReduceFunction::kMean) acc /= static_cast<float>(a.positions);
      store_float(work.output, outer * a.inner + i, acc);
    }
  }
}

}  // namespace

const Kernel<FloatReduceArgs> float_reduce_reference = {
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
