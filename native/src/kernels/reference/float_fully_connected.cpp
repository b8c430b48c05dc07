#include "kernels/float_fully_connected.h"

#include <algorithm>

#include "kernels/reference/floats.h"

namespace aiedge::kernels {
namespace {

// A unit is up to so many output channels of one row.
constexpr std::int32_t kBlock = 16;

std::int32_t blocks(const FloatFullyConnectedArgs& a) { return (a.out_c - 1) / kBlock + 1; }

std::int32_t units(const FloatFullyConnectedArgs& a) { return a.rows * blocks(a); }

void run(const FloatFullyConnectedArgs& a, const Work& work) {
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int64_t row = unit / blocks(a);
    const std::int32_t first = unit % blocks(a) * kBlock;
    const std::int32_t last = std::min(a.out_c - first, kBlock) + first;
    for (std::int32_t o = first; o < last; ++o) {
      float acc = a.bias[o];
      for (std::int64_t k = 0; k < a.depth; ++k)
        acc += load_float(work.input[0], row * a.depth + k) * a.weights[std::int64_t{o} * a.depth + k];
      store_float(work.output, row * a.out_c + o, acc);
    }
  }
}

}  // namespace

const Kernel<FloatFullyConnectedArgs> float_fully_connected_reference = {
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
