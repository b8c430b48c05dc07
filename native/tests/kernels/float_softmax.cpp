// Every variant of float_softmax equals the reference.
#include "kernels/float_softmax.h"

#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t rows, std::int32_t depth) {
  const kernels::FloatSoftmaxArgs args = {
      .rows = rows, .depth = depth, .beta = between(random, 0, 1) == 0 ? 1.0F : 0.3F};
  const std::size_t count = std::size_t{1} * rows * depth;
  return compare_variants(args, {random_float_bytes(random, count)}, count * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(48);
  int ran = 0;
  for (std::int32_t depth : tails(8)) {
    for (int i = 0; i < 20; ++i) ran += compare(random, between(random, 1, 4), depth);
  }
  for (std::int32_t depth : {127, 128, 129, 1001, 4099}) ran += compare(random, 2, depth);
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
