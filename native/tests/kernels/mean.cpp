// Every variant of mean equals the reference.
#include "kernels/mean.h"

#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, std::int32_t batch, std::int32_t positions, std::int32_t channels) {
  const kernels::QType type = random_type(random);
  constexpr float kFactors[] = {1.0F, 0.5F, 1.7F, 1e-30F, 3.0e30F};
  const float scale = kFactors[between(random, 0, 4)] / static_cast<float>(positions);
  const kernels::MeanArgs args = {
      .batch = batch,
      .positions = positions,
      .channels = channels,
      .type = type,
      .scale = scale,
      .bias = static_cast<float>(random_value(random, type)) -
              static_cast<float>(positions * random_value(random, type)) * scale,
  };
  return compare_variants(args, {random_bytes(random, std::size_t{1} * batch * positions * channels)},
                          std::size_t{1} * batch * channels, random);
}

}  // namespace

int main() {
  Random random(6);
  int ran = 0;
  for (std::int32_t channels : tails(32)) {
    for (std::int32_t positions : {1, 2, 3, 49, 255, 256, 257, 513}) {
      for (int i = 0; i < 4; ++i) ran += compare(random, between(random, 1, 3), positions, channels);
    }
  }
  ran += compare(random, 1, 70001, 3);
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
