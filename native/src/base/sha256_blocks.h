// The inner function of SHA-256, in several variants with the same result. Declarations only: files that are
// compiled for an instruction set include this.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aiedge {

// Take `count` blocks of 64 bytes, at any address, into the eight words of the state.
using Sha256Blocks = void (*)(std::uint32_t* state, const std::uint8_t* data, std::size_t count);

void sha256_portable(std::uint32_t* state, const std::uint8_t* data, std::size_t count);
void sha256_sha_ni(std::uint32_t* state, const std::uint8_t* data, std::size_t count);     // x86-64, SHA
void sha256_armv8_sha(std::uint32_t* state, const std::uint8_t* data, std::size_t count);  // AArch64, SHA2

// The constant of each round.
extern const std::uint32_t kSha256Rounds[64];

}  // namespace aiedge
