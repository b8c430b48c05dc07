// Every variant of extremum equals the reference.
#include "kernels/extremum.h"

#include "broadcast.h"
#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, const RandomBroadcast& shape) {
  const kernels::QType type = random_type(random);
  const kernels::ExtremumArgs args = {
      .shape = shape.shape, .count = shape.count, .type = type, .greatest = between(random, 0, 1) == 0};
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
