#include "kernels/float_softmax.h"

#include "kernels/reference/floats.h"
#include "kernels/reference/functions64.h"

namespace aiedge::kernels {
namespace {

// A unit is one row.
std::int32_t units(const FloatSoftmaxArgs& a) { return a.rows; }

void run(const FloatSoftmaxArgs& a, const Work& work) {
  for (std::int64_t row = work.begin; row < work.end; ++row) {
    const std::int64_t first = row * a.depth;
    const std::int64_t last = first + a.depth;
    float greatest = load_float(work.input[0], first);
    for (std::int64_t j = first; j < last; ++j) {
      const float x = load_float(work.input[0], j);
      greatest = x > greatest ? x : greatest;
    }
    float sum = 0.0F;
    for (std::int64_t j = first; j < last; ++j) {
      const auto e = static_cast<float>(exp64(double{(load_float(work.input[0], j) - greatest) * a.beta}));
      store_float(work.output, j, e);
      sum += e;
    }
    for (std::int64_t j = first; j < last; ++j) store_float(work.output, j, load_float(work.output, j) / sum);
  }
}

}  // namespace

const Kernel<FloatSoftmaxArgs> float_softmax_reference = {
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
