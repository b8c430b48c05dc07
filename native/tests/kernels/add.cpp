// Every variant of add equals the reference.
#include "kernels/add.h"

#include "broadcast.h"
#include "compare.h"

using namespace aiedge;
using namespace aiedge::test;

namespace {

int compare(Random& random, const RandomBroadcast& shape) {
  const kernels::QType type = random_type(random);
  const RandomClamp clamp(random, type);
  constexpr std::int32_t kLargest = 1 << 21;
  // What the importer makes has its larger multiplier between 2^20 and 2^21.
  const std::int32_t multiplier_a = between(random, 0, 3) == 0 ? kLargest : between(random, 0, kLargest);
  const kernels::AddArgs args = {
      .shape = shape.shape,
      .count = shape.count,
      .type = type,
      .zero_point_a = random_value(random, type),
      .zero_point_b = random_value(random, type),
      .multiplier_a = multiplier_a,
      .multiplier_b =
          between(random, 0, 1) == 0 ? between(random, 0, kLargest) : -between(random, 0, kLargest),
      .shift = between(random, 0, 1) == 0 ? between(random, 19, 22) : between(random, 13, 30),
      .output_zero_point = random_value(random, type),
      .clamp_min = clamp.min,
      .clamp_max = clamp.max,
  };
  return compare_variants(args, {random_bytes(random, shape.bytes_a), random_bytes(random, shape.bytes_b)},
                          static_cast<std::size_t>(shape.count), random);
}

// The largest sums: all bytes at one end of the type, all zero points at an end.
int compare_extremes(Random& random, kernels::QType type, std::int32_t shift, bool bytes_high,
                     bool zero_points_high, bool output_high) {
  const std::int32_t low = type_min(type);
  const auto at = [&](bool is_high) { return is_high ? low + 255 : low; };
  constexpr std::int32_t kLargest = 1 << 21;
  const kernels::AddArgs args = {
      .shape = {1, {97}, {1}, {1}},
      .count = 97,
      .type = type,
      .zero_point_a = at(zero_points_high),
      .zero_point_b = at(zero_points_high),
      .multiplier_a = kLargest,
      .multiplier_b = kLargest,
      .shift = shift,
      .output_zero_point = at(output_high),
      .clamp_min = low,
      .clamp_max = low + 255,
  };
  const Bytes bytes(97, static_cast<std::uint8_t>(at(bytes_high)));
  return compare_variants(args, {bytes, bytes}, bytes.size(), random);
}

}  // namespace

int main() {
  Random random(4);
  int ran = 0;
  for (const RandomBroadcast& shape : broadcasts(random)) {
    for (int i = 0; i < 6; ++i) ran += compare(random, shape);
  }
  for (std::int32_t shift = 13; shift <= 30; ++shift) {
    for (int i = 0; i < 16; ++i) {
      const kernels::QType type = i < 8 ? kernels::QType::kInt8 : kernels::QType::kUint8;
      ran += compare_extremes(random, type, shift, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
    }
  }
  if (cpu::best() != cpu::Isa::kReference) CHECK(ran > 0);
  return report();
}
