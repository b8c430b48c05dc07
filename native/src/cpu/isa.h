// The instruction sets that kernels are written for.
#pragma once

#include <cstdint>

namespace aiedge::cpu {

// In order: a CPU that has one has all before it. kReference is portable C++.
enum class Isa : std::uint8_t {
  kReference = 0,
  kAvx2 = 1,
  kNeon = 16,  // every 64-bit ARM CPU
  kNeonDot = 17,
  kNeonI8mm = 18,
};

}  // namespace aiedge::cpu
