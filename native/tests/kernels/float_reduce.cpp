// Every variant of float_reduce equals the reference.
#include "kernels/float_reduce.h"

#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t outer, std::int32_t positions, std::int32_t inner, int function) {
  const kernels::FloatReduceArgs args = {.outer = outer,
                                         .positions = positions,
                                         .inner = inner,
                                         .function = static_cast<kernels::FloatReduceFunction>(function)};
  const std::size_t inputs = std::size_t{1} * outer * positions * inner;
  return compare_variants(args, {random_float_bytes(random, inputs)},
                          std::size_t{1} * outer * inner * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(47);
  int ran = 0;
  for (int function = 1; function <= 3; ++function) {
    for (std::int32_t inner : tails(32)) {
      for (std::int32_t positions : {1, 2, 49, 131})
        ran += compare(random, between(random, 1, 3), positions, inner, function);
    }
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
