// The last step of the NEON kernels: eight int32 sums become eight bytes. For files of this folder only; all
// of it has internal linkage.
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::neon {
namespace {

struct Rounding {
  float32x4_t low;   // clamp_min - zero_point
  float32x4_t high;  // clamp_max - zero_point
  int16x8_t zero_point;
};

[[maybe_unused]] Rounding make_rounding(const Requant& requant) {
  return {
      .low = vdupq_n_f32(static_cast<float>(requant.clamp_min - requant.zero_point)),
      .high = vdupq_n_f32(static_cast<float>(requant.clamp_max - requant.zero_point)),
      .zero_point = vdupq_n_s16(static_cast<std::int16_t>(requant.zero_point)),
  };
}

// rne(clamp(f32(acc) * scale)): FCVTNS rounds half to even whatever the processor's mode.
[[maybe_unused]] inline int32x4_t scale_and_round(int32x4_t acc, float32x4_t scale,
                                                  const Rounding& rounding) {
  const float32x4_t product = vmulq_f32(vcvtq_f32_s32(acc), scale);
  return vcvtnq_s32_f32(vmaxq_f32(vminq_f32(product, rounding.high), rounding.low));
}

// Eight channels. After the clamp and the zero point the values fit the output's type: its low byte is it.
[[maybe_unused]] inline uint8x8_t narrow(int32x4_t first, int32x4_t second, const float* scale,
                                         const Rounding& rounding) {
  const int16x8_t words = vcombine_s16(vmovn_s32(scale_and_round(first, vld1q_f32(scale), rounding)),
                                       vmovn_s32(scale_and_round(second, vld1q_f32(scale + 4), rounding)));
  return vreinterpret_u8_s8(vmovn_s16(vaddq_s16(words, rounding.zero_point)));
}

// Write the first `count` (1 to 8) bytes.
[[maybe_unused]] inline void store_bytes(std::uint8_t* to, uint8x8_t bytes, std::int32_t count) {
  if (count == 8) {
    vst1_u8(to, bytes);
    return;
  }
  std::uint8_t all[8];
  vst1_u8(all, bytes);
  for (std::int32_t i = 0; i < count; ++i) to[i] = all[i];
}

}  // namespace
}  // namespace aiedge::kernels::neon
