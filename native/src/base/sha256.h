// SHA-256 (FIPS 180-4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/sha256_blocks.h"

namespace aiedge {

// The variants that this CPU has, best first: the index-th, or nothing beyond the last. The portable one
// always is there.
[[nodiscard]] std::optional<Sha256Blocks> sha256_variant(std::size_t index);

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  explicit Sha256(Sha256Blocks blocks = sha256_variant(0).value_or(sha256_portable)) : blocks_(blocks) {}

  void update(const std::uint8_t* data, std::size_t bytes);
  [[nodiscard]] Digest finish();  // once; the object is used up

 private:
  Sha256Blocks blocks_;
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> pending_ = {};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
};

}  // namespace aiedge
