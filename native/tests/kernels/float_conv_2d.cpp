// Every variant of float_conv_2d equals the reference.
#include "kernels/float_conv_2d.h"

#include "compare.h"
#include "floats.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t in_c,
            std::int32_t out_c) {
  const GuardedFloats weights(random, std::size_t{1} * out_c * y.kernel * x.kernel * in_c);
  const GuardedFloats bias(random, static_cast<std::size_t>(out_c));
  const kernels::FloatConv2DArgs args = {
      .batch = batch,
      .in_h = y.size,
      .in_w = x.size,
      .in_c = in_c,
      .out_h = y.output(),
      .out_w = x.output(),
      .out_c = out_c,
      .kernel_h = y.kernel,
      .kernel_w = x.kernel,
      .stride_h = y.stride,
      .stride_w = x.stride,
      .dilation_h = y.dilation,
      .dilation_w = x.dilation,
      .pad_top = y.pad_before,
      .pad_left = x.pad_before,
      .weights = weights.data(),
      .bias = bias.data(),
  };
  const std::size_t inputs = std::size_t{1} * batch * y.size * x.size * in_c;
  const std::size_t outputs = std::size_t{1} * batch * y.output() * x.output() * out_c;
  return compare_variants(args, {random_float_bytes(random, inputs)}, outputs * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(40);
  int ran = 0;
  const auto points = [](std::int32_t size) { return Window{size, 1, 1, 1, 0, 0}; };
  for (std::int32_t out_c : tails(16)) {
    for (std::int32_t in_c : tails(8)) {
      ran += compare(random, 1, points(between(random, 1, 3)), points(between(random, 1, 9)), in_c, out_c);
    }
  }
  // Several pieces of pixels, and several groups of channels.
  for (std::int32_t width : {95, 96, 97, 193}) {
    ran += compare(random, between(random, 1, 2), points(1), points(width), between(random, 1, 9),
                   between(random, 60, 140));
  }
  ran += compare(random, 1, points(2), points(9), 6000, 17);
  for (int i = 0; i < rounds(400); ++i) {
    ran += compare(random, between(random, 1, 2), random_window(random, 9, 3), random_window(random, 20, 3),
                   between(random, 1, 9), between(random, 1, 35));
  }
  // Taps that miss the image entirely, and a window larger than the image.
  ran += compare(random, 1, {1, 2, 1, 2, 1, 1}, {1, 2, 1, 2, 1, 1}, 3, 5);
  ran += compare(random, 1, {2, 5, 1, 3, 12, 12}, {3, 5, 1, 2, 8, 8}, 4, 9);
  ran += compare(random, 1, {20, 3, 1, 1, 1, 1}, {40, 3, 1, 1, 1, 1}, 8, 70);
  // A dilation as large as a hostile file may have: whoever runs it, nothing overflows.
  constexpr std::int32_t kFar = 1 << 24;
  ran += compare(random, 1, {1, 2, 1, kFar, kFar, 0}, {1, 2, 1, kFar, kFar, 0}, 1, 1);
  ran += compare(random, 1, {2, 3, 2, kFar, 2 * kFar, 0}, {3, 2, 3, 1 << 19, 1 << 19, 0}, 7, 2);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
