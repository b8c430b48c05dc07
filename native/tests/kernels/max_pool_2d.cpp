// Every variant of max_pool_2d equals the reference.
#include "kernels/max_pool_2d.h"

#include "compare.h"
#include "pool.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t channels) {
  const kernels::MaxPool2DArgs args{random_pool(random, batch, y, x, channels)};
  return compare_variants(args, {random_bytes(random, input_bytes(args))}, output_bytes(args), random);
}

}  // namespace

int main() {
  Random random(5);
  int ran = 0;
  std::vector<std::int32_t> sizes = tails(32);
  sizes.insert(sizes.end(), {127, 128, 129, 160, 192, 225});
  for (std::int32_t channels : sizes) {
    for (int i = 0; i < 25; ++i) {
      ran += compare(random, between(random, 1, 2), random_window(random, 12, 1),
                     random_window(random, 12, 1), channels);
    }
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
