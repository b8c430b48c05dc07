// The instruction sets that kernels are written for.
#pragma once

#include <cstdint>

namespace aiedge::cpu {

// From the least to the best of an architecture. kReference is portable C++; a CPU may have a later one
// without all before it: cpu::includes() says which kernels one may run.
enum class Isa : std::uint8_t {
  kReference = 0,
  kAvx2 = 1,
  kAvxVnni = 2,
  kAvx512Vnni = 3,
  kNeon = 16,  // every 64-bit ARM CPU
  kNeonDot = 17,
  kNeonI8mm = 18,
};

}  // namespace aiedge::cpu
