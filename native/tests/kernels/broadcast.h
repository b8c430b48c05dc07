// Shapes of two operands that repeat along axes, for the tests of elementwise kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "compare.h"
#include "kernels/broadcast.h"

namespace aiedge::test {

struct RandomBroadcast {
  kernels::Broadcast shape{};
  std::int32_t count = 1;
  std::size_t bytes_a = 1, bytes_b = 1;
};

// One axis, slowest first, and whether each operand repeats along it.
struct BroadcastAxis {
  std::int32_t size;
  bool repeat_a, repeat_b;
};

// As the operators describe it, with neighbours not merged: the kernels take either.
inline RandomBroadcast make_broadcast(const std::vector<BroadcastAxis>& axes) {
  RandomBroadcast result;
  result.shape.rank = static_cast<std::int32_t>(axes.size());
  std::int32_t step_a = 1;
  std::int32_t step_b = 1;
  for (std::size_t i = axes.size(); i-- > 0;) {
    result.shape.size[i] = axes[i].size;
    result.shape.step_a[i] = axes[i].repeat_a ? 0 : step_a;
    result.shape.step_b[i] = axes[i].repeat_b ? 0 : step_b;
    if (!axes[i].repeat_a) step_a *= axes[i].size;
    if (!axes[i].repeat_b) step_b *= axes[i].size;
    result.count *= axes[i].size;
  }
  result.bytes_a = static_cast<std::size_t>(step_a);
  result.bytes_b = static_cast<std::size_t>(step_b);
  return result;
}

// Equal shapes around the borders of vectors and blocks; a scalar, channels, squeeze-excite, a value for each
// row, each for either operand; and any others.
inline std::vector<RandomBroadcast> broadcasts(Random& random) {
  std::vector<RandomBroadcast> all;
  for (std::int32_t count : tails(32)) all.push_back(make_broadcast({{count, false, false}}));
  for (std::int32_t count : {4095, 4096, 4097, 8193, 10007})
    all.push_back(make_broadcast({{count, false, false}}));
  for (std::int32_t channels : {1, 3, 16, 31, 32, 33, 64, 1000, 2048, 2049, 4099}) {
    const std::int32_t rows = channels > 1000 ? 3 : between(random, 60, 200);
    for (const bool swap : {false, true}) {
      all.push_back(make_broadcast({{rows, swap, !swap}, {channels, false, false}}));
      all.push_back(make_broadcast({{rows, false, false}, {channels, swap, !swap}}));
      all.push_back(make_broadcast({{rows, swap, !swap}, {channels, swap, !swap}}));
      all.push_back(make_broadcast({{2, false, false}, {rows, swap, !swap}, {channels, false, false}}));
    }
  }
  for (int i = 0; i < 60; ++i) {
    std::vector<BroadcastAxis> axes;
    const std::int32_t rank = between(random, 1, kernels::kBroadcastRank);
    for (std::int32_t axis = 0; axis < rank; ++axis) {
      const std::int32_t kind = between(random, 0, 3);
      axes.push_back({between(random, 1, axis + 1 == rank ? 40 : 6), kind == 1, kind == 2});
    }
    all.push_back(make_broadcast(axes));
  }
  return all;
}

}  // namespace aiedge::test
