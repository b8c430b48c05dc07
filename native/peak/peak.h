// What the multipliers of a CPU give at best: loops of products and sums on registers alone, which no kernel
// can outrun. Measured beside the kernels, because clocks differ and move. For benchmarks: no part of the
// library.
#pragma once

#include <cstdint>
#include <span>

namespace aiedge::peak {

struct Loop {
  const char* isa;  // as the kernels' instruction sets are named
  const char* instruction;
  std::int64_t macs_per_step;
  // Runs at least one step. Returns the number of multiply-accumulates, modulo 2^32, as the sums give it:
  // all factors are 1.
  std::uint32_t (*run)(std::int64_t steps);
};

// The loops of this architecture, best first; that the CPU has the instruction set is for the caller to know.
[[nodiscard]] std::span<const Loop> loops();

// The loop for an instruction set, or null: the reference has none.
[[nodiscard]] const Loop* find(const char* isa);

// Multiply-accumulates a second on this thread, the best of several tries; blocks for about 10 ms.
[[nodiscard]] double macs_per_s(const Loop& loop);

}  // namespace aiedge::peak
