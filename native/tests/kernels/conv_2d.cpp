// Every variant of conv_2d equals the reference.
#include "kernels/conv_2d.h"

#include "compare.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t in_c,
            std::int32_t out_c) {
  const kernels::QType type = random_type(random);
  const bool plain_weights = between(random, 0, 1) == 0;
  const kernels::QType weight_type = plain_weights ? kernels::QType::kInt8 : random_type(random);
  const std::size_t products = std::size_t{1} * y.kernel * x.kernel * in_c;
  const RandomRequant requant(random, type, out_c, static_cast<std::int64_t>(products));
  const Bytes weights = random_bytes(random, out_c * products);
  const GuardedCopy guarded(weights, Guarded::Side::kEnd);
  const kernels::Conv2DArgs args = {
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
      .type = type,
      .input_zero_point = random_value(random, type),
      .weight_type = weight_type,
      .weight_zero_point = plain_weights ? 0 : random_value(random, weight_type),
      .weights = guarded.data(),
      .bias = requant.bias.data(),
      .requant = requant.requant,
  };
  return compare_variants(args, {random_bytes(random, std::size_t{1} * batch * y.size * x.size * in_c)},
                          std::size_t{1} * batch * y.output() * x.output() * out_c, random);
}

}  // namespace

int main() {
  Random random(2);
  int ran = 0;
  const auto points = [](std::int32_t size) { return Window{size, 1, 1, 1, 0, 0}; };
  for (std::int32_t out_c : tails(16)) {
    for (std::int32_t in_c : tails(16)) {
      ran += compare(random, 1, points(between(random, 1, 4)), points(between(random, 1, 9)), in_c, out_c);
    }
  }
  // Many positions: split by rows, in several chunks.
  for (std::int32_t width : {31, 32, 33, 97, 193, 1031}) {
    ran += compare(random, between(random, 1, 2), points(3), points(width), between(random, 1, 40),
                   between(random, 1, 40));
  }
  for (int i = 0; i < rounds(700); ++i) {
    ran += compare(random, between(random, 1, 2), random_window(random, 9, 3), random_window(random, 30, 3),
                   between(random, 1, 19), between(random, 1, 35));
  }
  // Taps that miss the image entirely, and a window larger than the image.
  ran += compare(random, 1, {1, 2, 1, 2, 1, 1}, {1, 2, 1, 2, 1, 1}, 3, 5);
  ran += compare(random, 1, {2, 5, 1, 3, 12, 12}, {3, 5, 1, 2, 8, 8}, 4, 9);
  // The first layers of the models that matter: two, three and one input channels.
  ran += compare(random, 1, {64, 4, 4, 1, 0, 0}, {64, 4, 4, 1, 0, 0}, 2, 16);
  ran += compare(random, 1, {64, 3, 2, 1, 0, 1}, {64, 3, 2, 1, 0, 1}, 3, 32);
  ran += compare(random, 1, {49, 10, 2, 1, 4, 5}, {10, 4, 2, 1, 1, 1}, 1, 64);
  ran += compare(random, 1, {20, 3, 1, 1, 1, 1}, {160, 3, 1, 1, 1, 1}, 32, 32);
  // Rows that are computed several at a time: as many channels as make panels of one to five vectors, rows
  // that tiles divide and rows that they do not, and more rows than fit in a ring.
  for (std::int32_t out_c : {6, 8, 16, 24, 32, 33, 48, 64, 96, 100, 144}) {
    for (std::int32_t width : {1, 2, 5, 8, 16, 17, 31})
      ran += compare(random, 1, {between(random, 5, 40), 3, 1, 1, 1, 1}, {width, 3, 1, 1, 1, 1}, 8, out_c);
  }
  // Windows of short runs, which are gathered: three runs and other numbers, of all lengths, with and without
  // sums.
  for (std::int32_t in_c : {1, 2, 3, 5, 6, 7}) {
    for (std::int32_t kernel : {2, 3, 4, 5, 7}) {
      for (std::int32_t stride : {1, 2}) {
        const Window rows = {between(random, 9, 33), kernel, stride, 1, kernel / 2, 0};
        const Window columns = {between(random, 9, 130), kernel, stride, 1, 0, kernel / 2};
        for (std::int32_t out_c : {8, 40}) ran += compare(random, 2, rows, columns, in_c, out_c);
      }
    }
  }
  // A dilation as large as a hostile file may have: whoever runs it, nothing overflows.
  constexpr std::int32_t kFar = 1 << 24;
  compare(random, 1, {1, 2, 1, kFar, kFar, 0}, {1, 2, 1, kFar, kFar, 0}, 1, 1);
  compare(random, 1, {2, 3, 2, kFar, 2 * kFar, 0}, {3, 2, 3, 1 << 19, 1 << 19, 0}, 7, 2);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
