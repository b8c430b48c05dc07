// Every variant of resize_bilinear equals the reference.
#include "kernels/resize_bilinear.h"

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

// Any taps at all: the kernels do not care where they come from.
std::vector<kernels::ResizeTap> random_taps(Random& random, std::int32_t size, std::int32_t count) {
  std::vector<kernels::ResizeTap> taps(static_cast<std::size_t>(count));
  for (kernels::ResizeTap& tap : taps) {
    tap = {between(random, 0, size - 1), between(random, 0, size - 1), between(random, 0, 2048)};
  }
  return taps;
}

int compare(Random& random, std::int32_t channels) {
  kernels::ResizeBilinearArgs args = {.type = random_type(random),
                                      .batch = between(random, 1, 2),
                                      .in_h = between(random, 1, 6),
                                      .in_w = between(random, 1, 6),
                                      .out_h = between(random, 1, 9),
                                      .out_w = between(random, 1, 9),
                                      .channels = channels,
                                      .rows = nullptr,
                                      .columns = nullptr};
  const std::vector<kernels::ResizeTap> rows = random_taps(random, args.in_h, args.out_h);
  const std::vector<kernels::ResizeTap> columns = random_taps(random, args.in_w, args.out_w);
  args.rows = rows.data();
  args.columns = columns.data();
  const auto bytes = [&](std::int32_t height, std::int32_t width) {
    return static_cast<std::size_t>(args.batch) * static_cast<std::size_t>(height * width * channels);
  };
  return compare_variants(args, {random_bytes(random, bytes(args.in_h, args.in_w))},
                          bytes(args.out_h, args.out_w), random);
}

}  // namespace

int main() {
  Random random(24);
  int ran = 0;
  for (std::int32_t channels : tails(32)) {
    for (int i = 0; i < rounds(20); ++i) ran += compare(random, channels);
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
