// Every variant of float_depthwise_conv_2d equals the reference.
#include "kernels/float_depthwise_conv_2d.h"

#include "compare.h"
#include "floats.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t in_c,
            std::int32_t multiplier) {
  const std::int32_t out_c = in_c * multiplier;
  const GuardedFloats weights(random, std::size_t{1} * out_c * y.kernel * x.kernel);
  const GuardedFloats bias(random, static_cast<std::size_t>(out_c));
  const kernels::FloatDepthwiseConv2DArgs args = {
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
      .multiplier = multiplier,
      .weights = weights.data(),
      .bias = bias.data(),
  };
  const std::size_t inputs = std::size_t{1} * batch * y.size * x.size * in_c;
  const std::size_t outputs = std::size_t{1} * batch * y.output() * x.output() * out_c;
  return compare_variants(args, {random_float_bytes(random, inputs)}, outputs * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(41);
  int ran = 0;
  for (std::int32_t channels : tails(16)) {
    for (int i = 0; i < rounds(30); ++i) {
      ran += compare(random, between(random, 1, 2), random_window(random, 9, 3), random_window(random, 20, 3),
                     channels, 1);
    }
    ran += compare(random, 1, {9, 3, 1, 1, 1, 1}, {between(random, 3, 12), 3, 1, 1, 1, 1}, channels, 1);
    ran += compare(random, 1, {9, 3, 2, 1, 0, 1}, {between(random, 3, 12), 3, 2, 1, 0, 1}, channels, 1);
  }
  // Taps that miss the image entirely, and a window larger than the image.
  ran += compare(random, 1, {1, 2, 1, 2, 1, 1}, {1, 2, 1, 2, 1, 1}, 3, 1);
  ran += compare(random, 1, {2, 5, 1, 3, 12, 12}, {3, 5, 1, 2, 8, 8}, 4, 1);
  constexpr std::int32_t kFar = 1 << 24;
  ran += compare(random, 1, {1, 2, 1, kFar, kFar, 0}, {1, 2, 1, kFar, kFar, 0}, 1, 1);
  compare(random, 1, {9, 3, 1, 1, 1, 1}, {9, 3, 1, 1, 1, 1}, 5, 3);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
