// Every variant of float_fully_connected equals the reference.
#include "kernels/float_fully_connected.h"

#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t rows, std::int32_t depth, std::int32_t out_c) {
  const GuardedFloats weights(random, std::size_t{1} * out_c * depth);
  const GuardedFloats bias(random, static_cast<std::size_t>(out_c));
  const kernels::FloatFullyConnectedArgs args = {
      .rows = rows, .depth = depth, .out_c = out_c, .weights = weights.data(), .bias = bias.data()};
  return compare_variants(args, {random_float_bytes(random, std::size_t{1} * rows * depth)},
                          std::size_t{1} * rows * out_c * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(42);
  int ran = 0;
  for (std::int32_t out_c : tails(16)) {
    for (std::int32_t rows : tails(6)) ran += compare(random, rows, between(random, 1, 70), out_c);
    ran += compare(random, 1, between(random, 1, 300), out_c);
  }
  for (std::int32_t out_c : {63, 64, 65, 100, 129}) {
    ran += compare(random, 1, 33, out_c);
    ran += compare(random, 100, 5, out_c);
  }
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
