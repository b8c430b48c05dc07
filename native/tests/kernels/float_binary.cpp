// Every variant of float_binary equals the reference.
#include "kernels/float_binary.h"

#include "broadcast.h"
#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

using kernels::FloatBinaryFunction;

int compare(Random& random, const RandomBroadcast& shape, FloatBinaryFunction function) {
  const kernels::FloatBinaryArgs args = {.shape = shape.shape, .count = shape.count, .function = function};
  std::vector<float> b = random_floats(random, shape.bytes_b);
  for (float& value : b) {
    if (function == FloatBinaryFunction::kDiv && value == 0.0F) value = 3.0F;  // 0 / 0 is no number
  }
  return compare_variants(args, {random_float_bytes(random, shape.bytes_a), as_bytes(b)},
                          static_cast<std::size_t>(shape.count) * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(43);
  int ran = 0;
  for (const RandomBroadcast& shape : broadcasts(random)) {
    for (int function = 1; function <= static_cast<int>(FloatBinaryFunction::kPRelu); ++function)
      ran += compare(random, shape, static_cast<FloatBinaryFunction>(function));
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
