// Every variant of depthwise_conv_2d equals the reference.
#include "kernels/depthwise_conv_2d.h"

#include <algorithm>

#include "compare.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

// Half of the cases are as after an activation: the zero point is the type's least value, nothing is clamped,
// scales are small. Most of the uint8 weights fit 8 bits without their zero point, as in real models, or few
// do.
int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t in_c,
            std::int32_t multiplier) {
  const kernels::QType type = random_type(random);
  const bool plain_weights = between(random, 0, 1) == 0;
  const kernels::QType weight_type = plain_weights ? kernels::QType::kInt8 : random_type(random);
  const std::int32_t taps = y.kernel * x.kernel;
  const std::int32_t out_c = in_c * multiplier;
  RandomRequant requant(random, type, out_c, taps);
  if (between(random, 0, 1) == 0) {
    requant.requant.zero_point = type_min(type);
    requant.requant.clamp_min = type_min(type);
    requant.requant.clamp_max = type_min(type) + 255;
  }
  Bytes weights = random_bytes(random, std::size_t{1} * out_c * taps);
  const std::int32_t weight_zero_point = plain_weights ? 0 : random_value(random, weight_type);
  if (weight_type == kernels::QType::kUint8 && between(random, 0, 1) == 0) {
    for (std::uint8_t& w : weights) {
      const std::int32_t least = std::max(0, weight_zero_point - 128);
      const std::int32_t most = std::min(255, weight_zero_point + 127);
      if (between(random, 0, 99) > 0) w = static_cast<std::uint8_t>(std::clamp<std::int32_t>(w, least, most));
    }
  }
  const GuardedCopy guarded(weights, Guarded::Side::kEnd);
  const kernels::DepthwiseConv2DArgs args = {
      .batch = batch,
      .in_h = y.size,
      .in_w = x.size,
      .in_c = in_c,
      .out_h = y.output(),
      .out_w = x.output(),
      .out_c = out_c,
      .multiplier = multiplier,
      .kernel_h = y.kernel,
      .kernel_w = x.kernel,
      .stride_h = y.stride,
      .stride_w = x.stride,
      .dilation_h = y.dilation,
      .dilation_w = x.dilation,
      .pad_top = y.pad_before,
      .pad_left = x.pad_before,
      .type = type,
      .input_zero_point = random_value(random, type),
      .weight_type = weight_type,
      .weight_zero_point = weight_zero_point,
      .weights = guarded.data(),
      .bias = requant.bias.data(),
      .requant = requant.requant,
  };
  return compare_variants(args, {random_bytes(random, std::size_t{1} * batch * y.size * x.size * in_c)},
                          std::size_t{1} * batch * y.output() * x.output() * out_c, random);
}

}  // namespace

int main() {
  Random random(3);
  int ran = 0;
  for (std::int32_t channels : tails(16)) {
    for (std::int32_t width : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31}) {
      for (std::int32_t stride : {1, 2}) {
        ran += compare(random, 1, {between(random, 2, 5), 3, stride, 1, 1, 1}, {width, 3, stride, 1, 1, 1},
                       channels, 1);
      }
    }
  }
  for (int i = 0; i < rounds(700); ++i) {
    ran += compare(random, between(random, 1, 2), random_window(random, 9, 3), random_window(random, 30, 3),
                   between(random, 1, 35), between(random, 0, 2) == 0 ? between(random, 2, 5) : 1);
  }
  // One to eight channels and stride 1: several pixels a vector.
  for (std::int32_t channels : {1, 2, 4, 8}) {
    for (std::int32_t width = 1; width < 40; ++width) {
      ran += compare(random, 1, {3, 3, 1, 1, 1, 1}, {width, 3, 1, 1, 1, 1}, channels, 1);
    }
  }
  // Whole vectors of channels, a rest, and pixels of few channels beside each other.
  for (std::int32_t channels = 1; channels <= 130; ++channels) {
    for (std::int32_t stride : {1, 2}) {
      ran += compare(random, 1, {between(random, 3, 9), 3, stride, 1, 1, 1},
                     {between(random, 3, 14), between(random, 1, 3), stride, 1, 0, 0}, channels, 1);
    }
  }
  for (std::int32_t channels : {1, 4, 8, 16, 24, 32, 64, 96, 144}) {
    for (std::int32_t stride = 1; stride <= 9; ++stride) {
      ran += compare(random, 2, random_window(random, 12, 2), {between(random, 9, 30), 3, stride, 1, 1, 1},
                     channels, 1);
    }
  }
  // Tall windows share quads of rows; many rows are more than are computed together.
  for (std::int32_t kernel = 1; kernel <= 17; ++kernel) {
    for (std::int32_t height : {kernel, kernel + 1, kernel + 3, kernel + 14, kernel + 40}) {
      ran += compare(random, 1, {height, kernel, 1, 1, 0, 0}, {1, 1, 1, 1, 0, 0}, between(random, 1, 130), 1);
      ran += compare(random, 1, {height, kernel, between(random, 1, 4), 1, kernel / 2, kernel / 2},
                     {between(random, 3, 9), between(random, 1, 3), 1, 1, 0, 0}, between(random, 1, 40), 1);
    }
  }
  // Wide images, of which not even two strips of rows stay in the cache.
  for (std::int32_t stride : {1, 2}) {
    ran += compare(random, 1, {9, 3, stride, 1, 1, 1}, {400, 3, stride, 1, 1, 1}, 64, 1);
    ran += compare(random, 1, {9, 3, stride, 1, 1, 1}, {400, 3, stride, 1, 1, 1}, 8, 1);
  }
  // Taps that miss the image entirely, and long windows as the streaming models have.
  ran += compare(random, 1, {1, 2, 1, 2, 1, 1}, {1, 2, 1, 2, 1, 1}, 3, 1);
  ran += compare(random, 1, {15, 15, 1, 1, 0, 0}, {1, 1, 1, 1, 0, 0}, 128, 1);
  ran += compare(random, 1, {7, 3, 1, 1, 1, 1}, {7, 3, 1, 1, 1, 1}, 960, 1);
  // A dilation as large as a hostile file may have: whoever runs it, nothing overflows.
  constexpr std::int32_t kFar = 1 << 24;
  compare(random, 1, {1, 2, 1, kFar, kFar, 0}, {1, 2, 1, kFar, kFar, 0}, 1, 1);
  compare(random, 1, {2, 3, 2, kFar, 2 * kFar, 0}, {3, 2, 3, 1 << 19, 1 << 19, 0}, 7, 300);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
