// Changes bundles in the ways that break naive readers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <random>

#include "bundle_builder.h"

namespace aiedge::test {

class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  // A changed copy; most are sealed again, so that they pass the hash and reach what lies behind it.
  ByteVector mutate(const ByteVector& original) {
    ByteVector bytes = original;
    const std::size_t changes = 1 + below(3);
    for (std::size_t i = 0; i < changes && !bytes.empty(); ++i) change(&bytes);
    if (below(8) != 0) {
      if (bytes.size() >= 24 && below(2) == 0) put<std::uint64_t>(&bytes, 16, bytes.size());
      seal(&bytes);
    }
    return bytes;
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  // Structure is near the front, and what matters most is there.
  std::size_t place(std::size_t size) {
    return below(4) != 0 ? below(std::min<std::size_t>(size, 2600)) : below(size);
  }

  void change(ByteVector* bytes) {
    switch (below(6)) {
      case 0:
        bytes->resize(below(bytes->size()));
        break;
      case 1:
        (*bytes)[place(bytes->size())] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 2:
        (*bytes)[place(bytes->size())] = static_cast<std::uint8_t>(random_());
        break;
      case 3:
        hostile(bytes, 4);
        break;
      case 4:
        hostile(bytes, 8);
        break;
      default:
        copy(bytes);
        break;
    }
  }

  // One field becomes a number at an edge.
  void hostile(ByteVector* bytes, std::size_t width) {
    static constexpr std::uint64_t kEdges[] = {
        0,          1,          2,          63,        64,        255,        0x7F,       0x80,
        0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x1000000, 0x1000001, 0x7F800000, 0x7FC00000, 0x00000001,
        0x80000001, 0xFFFFFFC0, 0x3F800000, ~0ULL,     ~63ULL,    1ULL << 62U};
    if (bytes->size() < width) return;
    const std::size_t at = std::min(place(bytes->size()) / width * width, bytes->size() - width);
    std::uint64_t value = kEdges[below(std::size(kEdges))];
    if (below(4) == 0) value = bytes->size() - below(70);
    std::memcpy(bytes->data() + at, &value, width);
  }

  // A piece lands where another was.
  void copy(ByteVector* bytes) {
    const std::size_t width = std::min<std::size_t>(4U << below(6), bytes->size());
    const std::size_t from = below(bytes->size() - width + 1);
    const std::size_t to = std::min(place(bytes->size()), bytes->size() - width);
    std::memmove(bytes->data() + to, bytes->data() + from, width);
  }

  std::mt19937 random_;
};

}  // namespace aiedge::test
