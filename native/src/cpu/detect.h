// What this CPU can run.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "cpu/isa.h"

namespace aiedge::cpu {

// True when the CPU and the operating system support the instruction set and this build has kernels for it.
[[nodiscard]] bool has(Isa isa);

// True when a CPU that has `isa` may run kernels of `kernel`: its own, the reference's and AVX2's.
[[nodiscard]] bool includes(Isa isa, Isa kernel);

// The greatest that has() allows.
[[nodiscard]] Isa best();

// All that has() allows, best first: the index-th, or nothing beyond the last.
[[nodiscard]] std::optional<Isa> available(std::size_t index);

// The name that AIEDGE_ISA and the options take: "reference", "avx2", "avxvnni", "avx512vnni".
[[nodiscard]] const char* name(Isa isa);
[[nodiscard]] std::optional<Isa> parse(std::string_view name);

}  // namespace aiedge::cpu
