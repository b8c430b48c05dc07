// Every variant of mul equals the reference.
#include "kernels/mul.h"

#include "broadcast.h"
#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, const RandomBroadcast& shape) {
  const kernels::QType type = random_type(random);
  const RandomClamp clamp(random, type);
  // Powers of two make exact halves.
  constexpr float kScales[] = {0x1p-16F, 0x1p-9F, 0x1p-8F, 0x1p-7F, 0x1.234p-8F, 0x1.9p-6F, 1.0F, 0x1.fp7F};
  const kernels::MulArgs args = {
      .shape = shape.shape,
      .count = shape.count,
      .type = type,
      .zero_point_a = random_value(random, type),
      .zero_point_b = random_value(random, type),
      .scale = kScales[between(random, 0, 7)],
      .output_zero_point = random_value(random, type),
      .clamp_min = clamp.min,
      .clamp_max = clamp.max,
  };
  return compare_variants(args, {random_bytes(random, shape.bytes_a), random_bytes(random, shape.bytes_b)},
                          static_cast<std::size_t>(shape.count), random);
}

}  // namespace

int main() {
  Random random(8);
  int ran = 0;
  for (const RandomBroadcast& shape : broadcasts(random)) {
    for (int i = 0; i < 6; ++i) ran += compare(random, shape);
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
