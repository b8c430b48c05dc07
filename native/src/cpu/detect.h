// What this CPU can run.
#pragma once

#include <optional>
#include <string_view>

#include "cpu/isa.h"

namespace aiedge::cpu {

// True when the CPU and the operating system support the instruction set and this build has kernels for it.
[[nodiscard]] bool has(Isa isa);

// The greatest that has() allows.
[[nodiscard]] Isa best();

// The name that AIEDGE_ISA and the options take: "reference", "avx2".
[[nodiscard]] const char* name(Isa isa);
[[nodiscard]] std::optional<Isa> parse(std::string_view name);

}  // namespace aiedge::cpu
