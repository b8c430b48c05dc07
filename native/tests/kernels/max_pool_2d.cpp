// Every variant of max_pool_2d equals the reference.
#include "kernels/max_pool_2d.h"

#include "compare.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t channels) {
  const kernels::QType type = random_type(random);
  std::int32_t low = random_value(random, type);
  std::int32_t high = random_value(random, type);
  if (between(random, 0, 1) == 0) {
    low = type_min(type);
    high = low + 255;
  }
  const kernels::MaxPool2DArgs args = {
      .batch = batch,
      .in_h = y.size,
      .in_w = x.size,
      .channels = channels,
      .out_h = y.output(),
      .out_w = x.output(),
      .filter_h = y.kernel,
      .filter_w = x.kernel,
      .stride_h = y.stride,
      .stride_w = x.stride,
      .pad_top = y.pad_before,
      .pad_left = x.pad_before,
      .type = type,
      .clamp_min = std::min(low, high),
      .clamp_max = std::max(low, high),
  };
  return compare_variants(args, {random_bytes(random, std::size_t{1} * batch * y.size * x.size * channels)},
                          std::size_t{1} * batch * y.output() * x.output() * channels, random);
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
