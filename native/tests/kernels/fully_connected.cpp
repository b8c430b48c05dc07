// Every variant of fully_connected equals the reference.
#include "kernels/fully_connected.h"

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t rows, std::int32_t depth, std::int32_t out_c) {
  const kernels::QType type = random_type(random);
  const bool plain_weights = between(random, 0, 1) == 0;
  const kernels::QType weight_type = plain_weights ? kernels::QType::kInt8 : random_type(random);
  const RandomRequant requant(random, type, out_c, depth);
  const Bytes weights = random_bytes(random, std::size_t{1} * out_c * depth);
  const GuardedCopy guarded(weights, Guarded::Side::kEnd);
  const kernels::FullyConnectedArgs args = {
      .rows = rows,
      .depth = depth,
      .out_c = out_c,
      .type = type,
      .input_zero_point = random_value(random, type),
      .weight_type = weight_type,
      .weight_zero_point = plain_weights ? 0 : random_value(random, weight_type),
      .weights = guarded.data(),
      .bias = requant.bias.data(),
      .requant = requant.requant,
  };
  return compare_variants(args, {random_bytes(random, std::size_t{1} * rows * depth)},
                          std::size_t{1} * rows * out_c, random);
}

}  // namespace

int main() {
  Random random(1);
  int ran = 0;
  for (std::int32_t out_c : tails(16)) {
    for (std::int32_t depth : tails(16)) ran += compare(random, between(random, 1, 7), depth, out_c);
  }
  for (std::int32_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 47, 48, 49, 95, 96, 97, 101, 257}) {
    for (std::int32_t out_c : {1, 8, 9, 16, 24, 40})
      ran += compare(random, rows, between(random, 1, 70), out_c);
  }
  ran += compare(random, 1, 1280, 1001);
  ran += compare(random, 3, 4099, 17);
  ran += compare(random, 1301, 20, 33);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
