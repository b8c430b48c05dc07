// Every variant of quantize equals the reference; and the reference at its edges.
#include "kernels/quantize.h"

#include <limits>

#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

int compare(Random& random, std::int32_t count) {
  const kernels::QType type = random_type(random);
  constexpr float kScales[] = {0.05F, 0.5F, 1.0F, 1e-30F, 1e30F};
  const kernels::QuantizeArgs args = {.count = count,
                                      .type = type,
                                      .scale = kScales[between(random, 0, 4)],
                                      .zero_point = random_value(random, type)};
  std::vector<float> x = random_floats(random, static_cast<std::size_t>(count));
  for (float& value : x) {
    const std::int32_t choice = between(random, 0, 15);
    if (choice == 0) value = kInfinity;
    if (choice == 1) value = -kInfinity;
    if (choice == 2) value = kNan;
    if (choice == 3) value = 3e38F;
    if (choice < 8) continue;
    value = static_cast<float>(between(random, -500, 500)) * args.scale * 0.5F;  // ties
  }
  return compare_variants(args, {as_bytes(x)}, x.size(), random);
}

void check_edges() {
  const kernels::QuantizeArgs args = {
      .count = 8, .type = kernels::QType::kInt8, .scale = 0.5F, .zero_point = -3};
  const Bytes x = as_bytes({kNan, kInfinity, -kInfinity, 0.25F, 0.75F, -0.25F, 1e30F, 65.0F});
  const std::vector<std::int8_t> expected = {-3, 127, -128, -3, -1, -3, 127, 127};
  std::vector<std::int8_t> y(8);
  const void* const input = x.data();
  kernels::Work work{};
  work.input = &input;
  work.output = y.data();
  work.end = 1;
  kernels::variants<kernels::QuantizeArgs>().back()->run(args, work);
  CHECK(y == expected);
}

}  // namespace

int main() {
  check_edges();
  Random random(50);
  int ran = 0;
  for (std::int32_t count : tails(8)) {
    for (int i = 0; i < rounds(20); ++i) ran += compare(random, count);
  }
  for (std::int32_t count : {4095, 4096, 4097, 10007}) ran += compare(random, count);
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
