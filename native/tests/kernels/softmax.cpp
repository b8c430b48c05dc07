// Every variant of softmax equals the reference.
#include "kernels/softmax.h"

#include <cmath>

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t rows, std::int32_t depth) {
  const kernels::QType type = random_type(random);
  // From a table that stays 1 to one that falls to 0 at once.
  constexpr double kSteps[] = {0.0, 1e-4, 0.01, 0.1, 0.7, 40.0, 1e30};
  const double step = kSteps[between(random, 0, 6)];
  std::vector<float> table(256);
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<float>(std::exp(-step * static_cast<double>(i)));
  }
  constexpr float kScales[] = {1.0F / 256.0F, 1.0F / 65536.0F, 0.0123F, 1.0F, 1e30F};
  const kernels::SoftmaxArgs args = {
      .rows = rows,
      .depth = depth,
      .type = type,
      .table = table.data(),
      .output_scale = kScales[between(random, 0, 4)],
      .output_zero_point = random_value(random, type),
  };
  const auto bytes = std::size_t{1} * rows * depth;
  Bytes input = random_bytes(random, bytes);
  if (between(random, 0, 2) == 0) {  // one far above all others
    for (std::uint8_t& byte : input) byte = static_cast<std::uint8_t>(type_min(type) + byte % 16);
    input[bytes - 1] = static_cast<std::uint8_t>(type_min(type) + 255);
  }
  return compare_variants(args, {input}, bytes, random);
}

}  // namespace

int main() {
  Random random(8);
  int ran = 0;
  for (std::int32_t depth : tails(32)) {
    for (int i = 0; i < 20; ++i) ran += compare(random, between(random, 1, 4), depth);
  }
  for (std::int32_t depth : {127, 128, 129, 143, 144, 145, 255, 256, 257, 1001, 4099}) {
    for (int i = 0; i < 20; ++i) ran += compare(random, between(random, 1, 3), depth);
  }
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
