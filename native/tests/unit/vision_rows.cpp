// The inner loops of a resize give the same in every variant, and touch nothing beyond what they are given.
#include "vision/rows.h"

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "check.h"
#include "cpu/detect.h"
#include "guarded.h"

namespace {

using aiedge::test::Guarded;
using aiedge::vision::RowFunctions;
using aiedge::vision::rows_portable;
using aiedge::vision::Taps;

void fill(std::mt19937* random, std::uint8_t* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>((*random)());
}

// A row of `width` pixels at `new_width`: the taps of the resize, and an extreme row now and then.
void check_along(const RowFunctions& rows, std::mt19937* random) {
  const auto width = static_cast<std::int32_t>(1 + (*random)() % 70);
  const auto count = static_cast<std::int32_t>(1 + (*random)() % 70);
  for (const std::int32_t channels : {1, 3}) {
    const Guarded row(static_cast<std::size_t>(width) * static_cast<std::size_t>(channels));
    if ((*random)() % 8 == 0) {
      std::memset(row.data(), 255, row.size());
    } else {
      fill(random, row.data(), row.size());
    }
    std::vector<std::int32_t> low;
    std::vector<std::uint32_t> weights;
    for (std::int32_t i = 0; i < count; ++i) {
      low.push_back(i * width / count);
      const auto weight = static_cast<std::uint32_t>(low.back() + 1 == width ? 0 : (*random)() % 2049);
      weights.push_back((2048 - weight) | weight << 16U);
    }
    const std::size_t elements = static_cast<std::size_t>(count) * static_cast<std::size_t>(channels);
    std::vector<std::int16_t> given(elements + aiedge::vision::kRowSlack);
    std::vector<std::int16_t> expected(given.size());
    const Taps taps = {low.data(), weights.data(), count};
    rows.along(row.data(), width, channels, taps, given.data());
    rows_portable.along(row.data(), width, channels, taps, expected.data());
    CHECK(std::memcmp(given.data(), expected.data(), elements * 2) == 0);
  }
}

void check_down(const RowFunctions& rows, std::mt19937* random) {
  const std::size_t count = 1 + (*random)() % 90;
  const Guarded upper(2 * count);
  const Guarded lower(2 * count);
  auto* a = reinterpret_cast<std::int16_t*>(upper.data());
  auto* b = reinterpret_cast<std::int16_t*>(lower.data());
  for (std::size_t i = 0; i < count; ++i) {
    a[i] = static_cast<std::int16_t>((*random)() % 32641);
    b[i] = static_cast<std::int16_t>((*random)() % 4 == 0 ? 32640 : (*random)() % 32641);
  }
  for (const std::int32_t weight : {0, 2048, static_cast<std::int32_t>((*random)() % 2049)}) {
    const Guarded given(count);
    std::vector<std::uint8_t> expected(count);
    rows.down(a, b, weight, count, given.data());
    rows_portable.down(a, b, weight, count, expected.data());
    CHECK(std::memcmp(given.data(), expected.data(), count) == 0);
  }
}

void check_add(const RowFunctions& rows, std::mt19937* random) {
  const std::size_t count = 1 + (*random)() % 90;
  const Guarded row(count);
  fill(random, row.data(), count);
  for (const std::uint32_t weight : {1U, 16384U, static_cast<std::uint32_t>((*random)() % 16385)}) {
    const Guarded sums(4 * count);
    std::vector<std::uint32_t> expected(count, 7);
    std::memcpy(sums.data(), expected.data(), 4 * count);
    rows.add(row.data(), weight, count, reinterpret_cast<std::uint32_t*>(sums.data()));
    rows_portable.add(row.data(), weight, count, expected.data());
    CHECK(std::memcmp(sums.data(), expected.data(), 4 * count) == 0);
  }
}

void check_interleave(const RowFunctions& rows, std::mt19937* random) {
  const std::size_t count = 1 + (*random)() % 90;
  const Guarded a(count);
  const Guarded b(count);
  fill(random, a.data(), count);
  fill(random, b.data(), count);
  const Guarded given(2 * count);
  std::vector<std::uint8_t> expected(2 * count);
  rows.interleave(a.data(), b.data(), 0x80, count, given.data());
  rows_portable.interleave(a.data(), b.data(), 0x80, count, expected.data());
  CHECK(std::memcmp(given.data(), expected.data(), 2 * count) == 0);
}

void check_all(const RowFunctions& rows) {
  std::mt19937 random(11);
  for (int round = 0; round < 400; ++round) {
    check_along(rows, &random);
    check_down(rows, &random);
    check_add(rows, &random);
    check_interleave(rows, &random);
  }
}

}  // namespace

int main() {
  check_all(rows_portable);
  check_all(aiedge::vision::best_rows(aiedge::cpu::has(aiedge::cpu::Isa::kAvx2)));
  return aiedge::test::report();
}
