// Every variant of float_unary equals the reference.
#include "kernels/float_unary.h"

#include <bit>
#include <cmath>
#include <limits>

#include "compare.h"
#include "floats.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

using kernels::FloatUnaryFunction;

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Parameters {
  float alpha, beta;
};

Parameters random_parameters(Random& random, FloatUnaryFunction function) {
  constexpr Parameters kClips[] = {{0.0F, kInfinity}, {0.0F, 6.0F}, {-kInfinity, 1.0F}, {-1.0F, 1.0F}};
  switch (function) {
    case FloatUnaryFunction::kClip:
      return kClips[between(random, 0, 3)];
    case FloatUnaryFunction::kHardSigmoid:
      return {0.2F, 0.5F};
    case FloatUnaryFunction::kLeakyRelu:
    case FloatUnaryFunction::kElu:
      return {between(random, 0, 1) == 0 ? 0.01F : 1.0F, 0.0F};
    default:
      return {0.0F, 0.0F};
  }
}

// Values at which the functions change their ways, and any bits that are a number; infinities come without
// further cause where the function has a value for them.
float value_of(Random& random, FloatUnaryFunction function) {
  constexpr float kEdges[] = {2.0F,    -2.0F,  2.8284F, -2.8284F, 1e-4F,   -1e-4F, 6.0F,  28.0F,  88.72F,
                              -103.9F, 709.0F, -745.0F, 0.7071F,  1.4142F, 1e-38F, 3e38F, -3e38F, 0.5F};
  float value = random_float(random);
  const std::int32_t choice = between(random, 0, 3);
  if (choice == 0) value = kEdges[between(random, 0, 17)];
  if (choice == 1) value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
  if (!std::isfinite(value)) value = 1.0F;
  const bool needs_positive = function == FloatUnaryFunction::kLog || function == FloatUnaryFunction::kSqrt;
  return needs_positive ? std::abs(value) : value;
}

int compare(Random& random, FloatUnaryFunction function, std::int32_t count) {
  const Parameters parameters = random_parameters(random, function);
  const kernels::FloatUnaryArgs args = {
      .count = count, .function = function, .alpha = parameters.alpha, .beta = parameters.beta};
  std::vector<float> x(static_cast<std::size_t>(count));
  for (float& value : x) value = value_of(random, function);
  return compare_variants(args, {as_bytes(x)}, x.size() * sizeof(float), random);
}

}  // namespace

int main() {
  Random random(44);
  int ran = 0;
  for (int number = 1; number <= static_cast<int>(FloatUnaryFunction::kSquare); ++number) {
    const auto function = static_cast<FloatUnaryFunction>(number);
    for (std::int32_t count : tails(8)) ran += compare(random, function, count);
    for (std::int32_t count : {4095, 4096, 4097, 10007}) ran += compare(random, function, count);
    for (int i = 0; i < rounds(20); ++i) ran += compare(random, function, between(random, 1, 3000));
  }
  if (cpu::has(cpu::Isa::kAvx2)) CHECK(ran > 0);
  return report();
}
