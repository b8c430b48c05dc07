// Every variant of float_max_pool_2d equals the reference.
#include "kernels/float_max_pool_2d.h"

#include "compare.h"
#include "float_pool.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, const Window& y, const Window& x, std::int32_t channels) {
  const kernels::FloatMaxPool2DArgs args = {float_pool(between(random, 1, 2), y, x, channels)};
  return compare_variants(args, {random_float_bytes(random, inputs_of(args))},
                          outputs_of(args) * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(45);
  int ran = 0;
  for (std::int32_t channels : tails(8)) {
    for (int i = 0; i < rounds(40); ++i)
      ran += compare(random, random_window(random, 12, 1), random_window(random, 12, 1), channels);
    ran += compare(random, {7, 7, 7, 1, 0, 0}, {7, 7, 7, 1, 0, 0}, channels);
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
