#include "kernels/fully_connected.h"

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is one output channel, of all rows: models have many channels and few rows.
std::int32_t units(const FullyConnectedArgs& a) { return a.out_c; }

template <typename X, typename W>
void channel(const FullyConnectedArgs& a, std::int32_t o, const X* input, X* output) {
  const W* weights = static_cast<const W*>(a.weights) + std::ptrdiff_t{o} * a.depth;
  for (std::int32_t row = 0; row < a.rows; ++row) {
    const X* x = input + std::ptrdiff_t{row} * a.depth;
    auto acc = static_cast<std::uint32_t>(a.bias[o]);
    for (std::int32_t k = 0; k < a.depth; ++k) {
      acc = multiply_add(acc, x[k] - a.input_zero_point, weights[k] - a.weight_zero_point);
    }
    output[std::ptrdiff_t{row} * a.out_c + o] = static_cast<X>(
        requantize(acc, a.requant.scale[o], a.requant.zero_point, a.requant.clamp_min, a.requant.clamp_max));
  }
}

void run(const FullyConnectedArgs& a, const Work& work) {
  with_type(a.type, [&](auto x) {
    using X = decltype(x);
    with_type(a.weight_type, [&](auto w) {
      for (std::int32_t o = work.begin; o < work.end; ++o) {
        channel<X, decltype(w)>(a, o, static_cast<const X*>(work.input[0]), static_cast<X*>(work.output));
      }
    });
  });
}

}  // namespace

const Kernel<FullyConnectedArgs> fully_connected_reference = {
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
