// Every variant of float_resize_bilinear equals the reference.
#include "kernels/float_resize_bilinear.h"

#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

// Any taps at all: the kernels do not care where they come from.
std::vector<kernels::FloatResizeTap> random_taps(Random& random, std::int32_t size, std::int32_t count) {
  std::vector<kernels::FloatResizeTap> taps(static_cast<std::size_t>(count));
  for (kernels::FloatResizeTap& tap : taps) {
    tap = {between(random, 0, size - 1), between(random, 0, size - 1),
           static_cast<float>(between(random, 0, 1000)) / 1000.0F};
  }
  return taps;
}

int compare(Random& random, std::int32_t channels) {
  kernels::FloatResizeBilinearArgs args = {.batch = between(random, 1, 2),
                                           .in_h = between(random, 1, 6),
                                           .in_w = between(random, 1, 6),
                                           .out_h = between(random, 1, 9),
                                           .out_w = between(random, 1, 9),
                                           .channels = channels,
                                           .rows = nullptr,
                                           .columns = nullptr};
  const std::vector<kernels::FloatResizeTap> rows = random_taps(random, args.in_h, args.out_h);
  const std::vector<kernels::FloatResizeTap> columns = random_taps(random, args.in_w, args.out_w);
  args.rows = rows.data();
  args.columns = columns.data();
  const auto count = [&](std::int32_t height, std::int32_t width) {
    return static_cast<std::size_t>(args.batch) * static_cast<std::size_t>(height * width * channels);
  };
  return compare_variants(args, {random_float_bytes(random, count(args.in_h, args.in_w))},
                          count(args.out_h, args.out_w) * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(49);
  int ran = 0;
  for (std::int32_t channels : tails(8)) {
    for (int i = 0; i < rounds(20); ++i) ran += compare(random, channels);
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
