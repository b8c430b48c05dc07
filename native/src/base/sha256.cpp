#include "base/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#if defined(AIEDGE_X86_64)
#include <cpuid.h>
#elif defined(AIEDGE_AARCH64)
#include <sys/auxv.h>
#endif

namespace aiedge {

const std::uint32_t kSha256Rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

namespace {

std::uint32_t big_endian(const std::uint8_t* data) {
  return std::uint32_t{data[0]} << 24U | std::uint32_t{data[1]} << 16U | std::uint32_t{data[2]} << 8U |
         std::uint32_t{data[3]};
}

#if defined(AIEDGE_X86_64)
// The SHA instructions are used together with SSE4.1; their registers are SSE's, which every system keeps.
// Compilers that are old do not know their name. In a virtual machine each CPUID takes microseconds.
std::optional<Sha256Blocks> of_this_cpu() {
  constexpr unsigned kSha = 1U << 29U;  // of EBX of leaf 7
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__builtin_cpu_supports("sse4.1") == 0) return std::nullopt;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (ebx & kSha) == 0) return std::nullopt;
  return sha256_sha_ni;
}
#elif defined(AIEDGE_AARCH64)
std::optional<Sha256Blocks> of_this_cpu() {
  if ((getauxval(AT_HWCAP) & HWCAP_SHA2) == 0) return std::nullopt;
  return sha256_armv8_sha;
}
#else
std::optional<Sha256Blocks> of_this_cpu() { return std::nullopt; }
#endif

}  // namespace

std::optional<Sha256Blocks> sha256_variant(std::size_t index) {
  static const std::optional<Sha256Blocks> special = of_this_cpu();
  if (special && index == 0) return special;
  if (index == (special ? 1U : 0U)) return sha256_portable;
  return std::nullopt;
}

void sha256_portable(std::uint32_t* state, const std::uint8_t* data, std::size_t count) {
  for (; count > 0; --count, data += 64) {
    std::array<std::uint32_t, 64> w;
    for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(data + 4 * i);
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
      const std::uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    std::array<std::uint32_t, 8> worked;
    std::copy_n(state, worked.size(), worked.begin());
    auto& [a, b, c, d, e, f, g, h] = worked;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const std::uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + kSha256Rounds[i] + w[i];
      const std::uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const std::uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + t2;
    }
    for (std::size_t i = 0; i < worked.size(); ++i) state[i] += worked[i];
  }
}

void Sha256::update(const std::uint8_t* data, std::size_t bytes) {
  total_bytes_ += bytes;
  while (bytes > 0) {
    if (pending_bytes_ == 0 && bytes >= pending_.size()) {
      const std::size_t count = bytes / pending_.size();
      blocks_(state_.data(), data, count);
      data += count * pending_.size();
      bytes -= count * pending_.size();
      continue;
    }
    const std::size_t taken = std::min(bytes, pending_.size() - pending_bytes_);
    std::memcpy(pending_.data() + pending_bytes_, data, taken);
    pending_bytes_ += taken;
    data += taken;
    bytes -= taken;
    if (pending_bytes_ == pending_.size()) {
      blocks_(state_.data(), pending_.data(), 1);
      pending_bytes_ = 0;
    }
  }
}

Sha256::Digest Sha256::finish() {
  const std::uint64_t bits = total_bytes_ * 8;
  const std::uint8_t one = 0x80;
  update(&one, 1);
  const std::uint8_t zero = 0;
  while (pending_bytes_ != 56) update(&zero, 1);
  std::array<std::uint8_t, 8> length;
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<std::uint8_t>(bits >> (56 - 8 * i));
  update(length.data(), length.size());
  Digest digest;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

}  // namespace aiedge
