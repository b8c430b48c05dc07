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

// Sums at the ends of their range times scales around 1, where a conversion to integers that were careless
// would overflow. All weights are zero, so that the bias is the sum.
int compare_extreme(Random& random, std::int32_t rows, float scale) {
  constexpr std::int32_t kDepth = 8;
  constexpr std::int32_t kOutC = 70;
  const kernels::QType type = random_type(random);
  RandomRequant requant(random, type, kOutC, kDepth);
  constexpr std::int32_t kSums[] = {INT32_MAX,
                                    INT32_MAX - 63,
                                    INT32_MAX - 64,
                                    INT32_MAX - 191,
                                    INT32_MIN,
                                    INT32_MIN + 1,
                                    1 << 24,
                                    -(1 << 24),
                                    0,
                                    77};
  for (std::int32_t c = 0; c < kOutC; ++c) {
    requant.bias[c] = kSums[c % std::size(kSums)];
    requant.scale[c] = scale;
  }
  const Bytes weights(std::size_t{kOutC} * kDepth, 0);
  const GuardedCopy guarded(weights, Guarded::Side::kEnd);
  const kernels::FullyConnectedArgs args = {
      .rows = rows,
      .depth = kDepth,
      .out_c = kOutC,
      .type = type,
      .input_zero_point = random_value(random, type),
      .weight_type = kernels::QType::kInt8,
      .weight_zero_point = 0,
      .weights = guarded.data(),
      .bias = requant.bias.data(),
      .requant = requant.requant,
  };
  return compare_variants(args, {random_bytes(random, std::size_t{1} * rows * kDepth)},
                          std::size_t{1} * rows * kOutC, random);
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
  // One row, whose activations are read where they are if it ends with a quad and has no sums.
  for (std::int32_t out_c : {1, 8, 15, 64, 65, 127, 128, 129, 200, 400}) {
    for (std::int32_t depth : {1, 4, 6, 8, 63, 64, 128, 640}) ran += compare(random, 1, depth, out_c);
  }
  for (std::int32_t rows : {1, 2, 30}) {
    for (float scale : {0.25F, 0.99999994F, 1.0F, 1.0000001F, 2.0F, 1.0e30F})
      ran += compare_extreme(random, rows, scale);
  }
  ran += compare(random, 1, 1280, 1001);
  ran += compare(random, 3, 4099, 17);
  ran += compare(random, 1301, 20, 33);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
