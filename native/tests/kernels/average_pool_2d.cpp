// Every variant of average_pool_2d equals the reference.
#include "kernels/average_pool_2d.h"

#include "compare.h"
#include "pool.h"
#include "window.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

// Positions by channels of bytes whose mean lies, for each channel, right at a border of the rounding.
Bytes border_bytes(Random& random, kernels::QType type, std::int32_t positions, std::int32_t channels) {
  Bytes bytes(std::size_t{1} * positions * channels);
  for (std::int32_t c = 0; c < channels; ++c) {
    const std::int32_t sign = type == kernels::QType::kInt8 && between(random, 0, 1) == 0 ? -1 : 1;
    const std::int32_t half_up = (type == kernels::QType::kInt8 ? 127 : 255) - between(random, 0, 127);
    // The least sum that is rounded to half_up, or one less.
    const std::int32_t sum = half_up * positions - positions / 2 - between(random, 0, 1);
    for (std::int32_t p = 0; p < positions; ++p) {
      const std::int32_t value = sum / positions + (p < sum % positions ? 1 : 0);
      bytes[std::size_t{1} * p * channels + c] = static_cast<std::uint8_t>(sign * value);
    }
  }
  return bytes;
}

int compare(Random& random, std::int32_t batch, const Window& y, const Window& x, std::int32_t channels,
            bool border = false) {
  const kernels::AveragePool2DArgs args{random_pool(random, batch, y, x, channels)};
  const Bytes input = border ? border_bytes(random, args.type, y.size * x.size, channels)
                             : random_bytes(random, input_bytes(args));
  return compare_variants(args, {input}, output_bytes(args), random);
}

}  // namespace

int main() {
  Random random(5);
  int ran = 0;
  for (std::int32_t channels : tails(32)) {
    for (int i = 0; i < 25; ++i) {
      ran += compare(random, between(random, 1, 2), random_window(random, 12, 1),
                     random_window(random, 12, 1), channels);
    }
  }
  // More positions than a 16-bit sum holds, and one more or less.
  for (std::int32_t width : {255, 256, 257, 511, 512, 513, 4099}) {
    for (std::int32_t height : {1, 2, 7}) {
      for (int i = 0; i < 4; ++i)
        ran += compare(random, 1, {height, height, 1, 1, 0, 0}, {width, width, 1, 1, 0, 0}, 17);
    }
  }
  // All the positions that a variant takes, and means that are nearly rounded the other way.
  for (std::int32_t size : {1, 2, 3, 5, 7, 8, 11, 25, 49, 64, 100, 113, 127, 128}) {
    for (int i = 0; i < 10; ++i) {
      ran += compare(random, 1, {size, size, 1, 1, 0, 0}, {size, size, 1, 1, 0, 0}, 40, true);
    }
  }
  for (std::int32_t size = 1; size < 1500; size += between(random, 1, 9)) {
    ran += compare(random, 1, {1, 1, 1, 1, 0, 0}, {size, size, 1, 1, 0, 0}, 33, true);
  }
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
