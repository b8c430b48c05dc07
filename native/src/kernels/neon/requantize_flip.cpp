#include <arm_neon.h>

#include "kernels/requantize.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 16;   // elements of a step

// A unit is up to kBlock elements.
std::int32_t units(const RequantizeArgs& a) { return (a.count - 1) / kBlock + 1; }

// Between int8 and uint8 of the same scale only the top bit changes: no look-up at all.
bool is_flip(const RequantizeArgs& a) {
  for (std::int32_t i = 0; i < 256; ++i) {
    if (a.table[i] != (i ^ 0x80)) return false;
  }
  return true;
}

void run_flip(const RequantizeArgs& a, const Work& work) {
  const auto* x = static_cast<const std::uint8_t*>(work.input[0]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > a.count) end = a.count;
  const uint8x16_t flip = vdupq_n_u8(0x80);
  std::int64_t i = std::int64_t{work.begin} * kBlock;
  for (; i + kVector <= end; i += kVector) vst1q_u8(y + i, veorq_u8(vld1q_u8(x + i), flip));
  for (; i < end; ++i) y[i] = static_cast<std::uint8_t>(x[i] ^ 0x80);
}

}  // namespace

const Kernel<RequantizeArgs> requantize_neon_flip = {
    .name = "neon_flip",
    .isa = cpu::Isa::kNeon,
    .supports = is_flip,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run_flip,
};

}  // namespace aiedge::kernels
