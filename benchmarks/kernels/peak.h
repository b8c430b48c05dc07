// What the multipliers of this CPU give at best, measured beside the kernels because clocks differ and move.
#pragma once

#include <cstdint>

namespace aiedge::bench {

// Runs `steps` steps of twelve vpmaddwd and twelve vpaddd on registers alone: 192 multiply-accumulates a
// step. Returns a number that depends on all of them.
std::int32_t run_peak_avx2(std::int64_t steps);

constexpr std::int64_t kPeakMacsPerStep = 192;

}  // namespace aiedge::bench
