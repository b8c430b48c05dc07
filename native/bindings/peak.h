// What the CPU gives at best, for benchmarks.
#pragma once

#include <optional>
#include <string>

namespace aiedge::bindings {

// Measured now, blocking for about 10 ms with the GIL released; nothing for an instruction set without
// multiplying loops (the reference). Empty: the best of this CPU. Throws EngineError for one that it lacks.
[[nodiscard]] std::optional<double> peak_macs_per_s(const std::string& isa);

}  // namespace aiedge::bindings
