#include "kernels/add.h"

#include <arm_neon.h>

namespace aiedge::kernels {
namespace {

// Multipliers of up to 21 bits are cut into their low 7 bits and the rest, which fits 16. What the rest
// multiplies is moved up by 7 bits beforehand (9 bits become 16), so that all products go into one sum. The
// rounding shift adds its half itself.

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 16;   // elements of a step
constexpr int kLowBits = 7;

struct Constants {
  uint8x16_t zero_point_a, zero_point_b;  // bytes of the type
  int16x8_t low_a, low_b;
  int16x8_t high_a, high_b;
  int32x4_t shift;  // negative: to the right
  int16x8_t zero_point;
  uint8x16_t least, most;  // bytes of the type
};

int16x8_t low_part(std::int32_t multiplier) {
  return vdupq_n_s16(static_cast<std::int16_t>(multiplier & ((1 << kLowBits) - 1)));
}

int16x8_t high_part(std::int32_t multiplier) {
  return vdupq_n_s16(static_cast<std::int16_t>(multiplier >> kLowBits));
}

Constants make_constants(const AddArgs& args) {
  return {
      .zero_point_a = vdupq_n_u8(static_cast<std::uint8_t>(args.zero_point_a)),
      .zero_point_b = vdupq_n_u8(static_cast<std::uint8_t>(args.zero_point_b)),
      .low_a = low_part(args.multiplier_a),
      .low_b = low_part(args.multiplier_b),
      .high_a = high_part(args.multiplier_a),
      .high_b = high_part(args.multiplier_b),
      .shift = vdupq_n_s32(-args.shift),
      .zero_point = vdupq_n_s16(static_cast<std::int16_t>(args.output_zero_point)),
      .least = vdupq_n_u8(static_cast<std::uint8_t>(args.clamp_min)),
      .most = vdupq_n_u8(static_cast<std::uint8_t>(args.clamp_max)),
  };
}

// Of bytes 0 to 7 or 8 to 15.
template <bool kUnsigned, bool kHigh>
inline int16x8_t subtract(uint8x16_t bytes, uint8x16_t zero_point) {
  if constexpr (kUnsigned) {
    return vreinterpretq_s16_u16(kHigh ? vsubl_high_u8(bytes, zero_point)
                                       : vsubl_u8(vget_low_u8(bytes), vget_low_u8(zero_point)));
  } else {
    const int8x16_t integers = vreinterpretq_s8_u8(bytes);
    const int8x16_t zero = vreinterpretq_s8_u8(zero_point);
    return kHigh ? vsubl_high_s8(integers, zero) : vsubl_s8(vget_low_s8(integers), vget_low_s8(zero));
  }
}

// Eight sums as 16-bit words, zero point added; of bytes 0 to 7 or 8 to 15.
template <bool kUnsigned, bool kHigh>
inline int16x8_t add_eight(uint8x16_t bytes_a, uint8x16_t bytes_b, const Constants& c) {
  const int16x8_t a = subtract<kUnsigned, kHigh>(bytes_a, c.zero_point_a);
  const int16x8_t b = subtract<kUnsigned, kHigh>(bytes_b, c.zero_point_b);
  const int16x8_t a_up = vshlq_n_s16(a, kLowBits);
  const int16x8_t b_up = vshlq_n_s16(b, kLowBits);
  int32x4_t low = vmull_s16(vget_low_s16(a_up), vget_low_s16(c.high_a));
  int32x4_t high = vmull_high_s16(a_up, c.high_a);
  low = vmlal_s16(low, vget_low_s16(b_up), vget_low_s16(c.high_b));
  high = vmlal_high_s16(high, b_up, c.high_b);
  low = vmlal_s16(low, vget_low_s16(a), vget_low_s16(c.low_a));
  high = vmlal_high_s16(high, a, c.low_a);
  low = vmlal_s16(low, vget_low_s16(b), vget_low_s16(c.low_b));
  high = vmlal_high_s16(high, b, c.low_b);
  const int16x4_t narrow_low = vqmovn_s32(vrshlq_s32(low, c.shift));
  return vqaddq_s16(vqmovn_high_s32(narrow_low, vrshlq_s32(high, c.shift)), c.zero_point);
}

template <bool kUnsigned>
inline uint8x16_t narrow(int16x8_t low, int16x8_t high, const Constants& c) {
  if constexpr (kUnsigned) {
    return vminq_u8(vmaxq_u8(vcombine_u8(vqmovun_s16(low), vqmovun_s16(high)), c.least), c.most);
  } else {
    const int8x16_t bytes = vcombine_s8(vqmovn_s16(low), vqmovn_s16(high));
    return vreinterpretq_u8_s8(
        vminq_s8(vmaxq_s8(bytes, vreinterpretq_s8_u8(c.least)), vreinterpretq_s8_u8(c.most)));
  }
}

template <bool kUnsigned>
inline void add_vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, const Constants& c) {
  const uint8x16_t bytes_a = vld1q_u8(a);
  const uint8x16_t bytes_b = vld1q_u8(b);
  const int16x8_t low = add_eight<kUnsigned, false>(bytes_a, bytes_b, c);
  const int16x8_t high = add_eight<kUnsigned, true>(bytes_a, bytes_b, c);
  vst1q_u8(y, narrow<kUnsigned>(low, high, c));
}

template <bool kUnsigned>
void add_run(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, std::int64_t count,
             const Constants& constants) {
  std::int64_t i = 0;
  for (; i + kVector <= count; i += kVector) add_vector<kUnsigned>(a + i, b + i, y + i, constants);
  if (i == count) return;
  const auto rest = static_cast<std::size_t>(count - i);
  std::uint8_t last_a[kVector] = {};
  std::uint8_t last_b[kVector] = {};
  std::uint8_t last_y[kVector];
  __builtin_memcpy(last_a, a + i, rest);
  __builtin_memcpy(last_b, b + i, rest);
  add_vector<kUnsigned>(last_a, last_b, last_y, constants);
  __builtin_memcpy(y + i, last_y, rest);
}

// A unit is up to kBlock elements.
std::int32_t units(const AddArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const AddArgs& args, const Work& work) {
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > args.count) end = args.count;
  const Constants constants = make_constants(args);
  const auto add = args.type == QType::kUint8 ? add_run<true> : add_run<false>;
  BroadcastTiles tiles = {nullptr, nullptr};
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end;) {
    const BroadcastRun next = broadcast_run(args.shape, work.input, i, end, work.scratch, &tiles);
    add(next.a, next.b, y + i, next.count, constants);
    i += next.count;
  }
}

std::size_t scratch_bytes(const AddArgs& args) { return broadcast_scratch_bytes(args.shape); }

}  // namespace

const Kernel<AddArgs> add_neon = {
    .name = "neon",
    .isa = cpu::Isa::kNeon,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
