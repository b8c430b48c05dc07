// What the multipliers of this CPU give at best, measured beside the kernels because clocks differ and move.
#pragma once

#include <cstdint>

namespace aiedge::bench {

// Runs `steps` steps of twelve vpmaddwd and twelve vpaddd on registers alone: 192 multiply-accumulates a
// step. Returns a number that depends on all of them.
std::int32_t run_peak_avx2(std::int64_t steps);

constexpr std::int64_t kPeakMacsPerStep = 192;

// The same for the dot product: twelve vpdpbusd a step, on 64-byte vectors, and on 32-byte ones in the
// encoding of AVX-VNNI.
std::int32_t run_peak_avx512vnni(std::int64_t steps);
std::int32_t run_peak_avxvnni(std::int64_t steps);

constexpr std::int64_t kPeakAvx512VnniMacsPerStep = 768;
constexpr std::int64_t kPeakAvxVnniMacsPerStep = 384;

}  // namespace aiedge::bench
