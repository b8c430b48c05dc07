// Every variant of dequantize equals the reference.
#include "kernels/dequantize.h"

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t count) {
  const kernels::QType type = random_type(random);
  constexpr float kScales[] = {0.05F, 0.5F, 1e-30F, 1e30F};
  const kernels::DequantizeArgs args = {.count = count,
                                        .type = type,
                                        .scale = kScales[between(random, 0, 3)],
                                        .zero_point = random_value(random, type)};
  const auto elements = static_cast<std::size_t>(count);
  return compare_variants(args, {random_bytes(random, elements)}, elements * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(51);
  int ran = 0;
  for (std::int32_t count : tails(8)) {
    for (int i = 0; i < rounds(20); ++i) ran += compare(random, count);
  }
  for (std::int32_t count : {4095, 4096, 4097, 10007}) ran += compare(random, count);
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
