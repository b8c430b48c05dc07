#include "kernels/softmax.h"

#include "kernels/neon/lookup.h"

namespace aiedge::kernels {
namespace {

// An output depends on how far its input is below the greatest only: 256 outputs are computed, the rest is
// looked up. The floats are added one after another, as the contract says; that takes the most time.

constexpr std::int32_t kVector = 16;

// Below this many columns, computing all 256 outputs costs more than it saves.
bool supports(const SoftmaxArgs& a) { return a.depth >= 128; }

// A unit is one row.
std::int32_t units(const SoftmaxArgs& a) { return a.rows; }

// The row's greatest, of bytes that are uint8 after an exclusive or with `flip`.
std::uint8_t greatest(const std::uint8_t* x, std::int32_t depth, std::uint8_t flip) {
  const uint8x16_t flips = vdupq_n_u8(flip);
  uint8x16_t most = veorq_u8(vld1q_u8(x), flips);
  for (std::int32_t i = kVector; i + kVector <= depth; i += kVector) {
    most = vmaxq_u8(most, veorq_u8(vld1q_u8(x + i), flips));
  }
  most = vmaxq_u8(most, veorq_u8(vld1q_u8(x + depth - kVector), flips));
  return static_cast<std::uint8_t>(vmaxvq_u8(most) ^ flip);
}

// Four outputs before saturation.
int32x4_t scale_four(const float* from, float32x4_t inverse, int32x4_t zero_point) {
  const float32x4_t half_up = vaddq_f32(vmulq_f32(vld1q_f32(from), inverse), vdupq_n_f32(0.5F));
  return vaddq_s32(vcvtq_s32_f32(half_up), zero_point);
}

// The outputs of all 256 distances. A value may be up to 2^16 + 255: saturating to 16 bits first, as either
// type's bounds lie within, changes nothing.
void make_outputs(const SoftmaxArgs& a, float inverse, std::uint8_t* outputs) {
  const float32x4_t factor = vdupq_n_f32(inverse);
  const int32x4_t zero_point = vdupq_n_s32(a.output_zero_point);
  for (std::int32_t i = 0; i < 256; i += 8) {
    const int16x8_t words = vcombine_s16(vqmovn_s32(scale_four(a.table + i, factor, zero_point)),
                                         vqmovn_s32(scale_four(a.table + i + 4, factor, zero_point)));
    vst1_u8(outputs + i,
            a.type == QType::kUint8 ? vqmovun_s16(words) : vreinterpret_u8_s8(vqmovn_s16(words)));
  }
}

void row(const SoftmaxArgs& a, const std::uint8_t* x, std::uint8_t* y) {
  const std::uint8_t most = greatest(x, a.depth, a.type == QType::kInt8 ? 0x80 : 0);
  float sum = 0.0F;
  for (std::int32_t i = 0; i < a.depth; ++i) sum += a.table[static_cast<std::uint8_t>(most - x[i])];
  std::uint8_t outputs[256];
  make_outputs(a, 1.0F / (sum * a.output_scale), outputs);
  neon::look_up_differences(outputs, most, x, y, a.depth);
}

void run(const SoftmaxArgs& a, const Work& work) {
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::ptrdiff_t offset = std::ptrdiff_t{unit} * a.depth;
    row(a, static_cast<const std::uint8_t*>(work.input[0]) + offset,
        static_cast<std::uint8_t*>(work.output) + offset);
  }
}

}  // namespace

const Kernel<SoftmaxArgs> softmax_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
