#include "kernels/mul.h"

#include <arm_neon.h>

#include "kernels/neon/requant.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 8;    // elements of a step

struct Constants {
  int16x8_t zero_a, zero_b;
  float scale[8];
  neon::Rounding rounding;
};

template <bool kUnsigned>
int16x8_t extend(const std::uint8_t* from) {
  const uint8x8_t bytes = vld1_u8(from);
  return kUnsigned ? vreinterpretq_s16_u16(vmovl_u8(bytes)) : vmovl_s8(vreinterpret_s8_u8(bytes));
}

template <bool kUnsigned>
void vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, const Constants& c) {
  const int16x8_t x = vsubq_s16(extend<kUnsigned>(a), c.zero_a);
  const int16x8_t w = vsubq_s16(extend<kUnsigned>(b), c.zero_b);
  const int32x4_t low = vmull_s16(vget_low_s16(x), vget_low_s16(w));
  const int32x4_t high = vmull_s16(vget_high_s16(x), vget_high_s16(w));
  vst1_u8(y, neon::narrow(low, high, c.scale, c.rounding));
}

template <bool kUnsigned>
void multiply_run(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, std::int64_t count,
                  const Constants& constants) {
  std::int64_t i = 0;
  for (; i + kVector <= count; i += kVector) vector<kUnsigned>(a + i, b + i, y + i, constants);
  if (i == count) return;
  const auto rest = static_cast<std::size_t>(count - i);
  std::uint8_t last_a[kVector] = {};
  std::uint8_t last_b[kVector] = {};
  std::uint8_t last_y[kVector];
  __builtin_memcpy(last_a, a + i, rest);
  __builtin_memcpy(last_b, b + i, rest);
  vector<kUnsigned>(last_a, last_b, last_y, constants);
  __builtin_memcpy(y + i, last_y, rest);
}

// A unit is up to kBlock elements.
std::int32_t units(const MulArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const MulArgs& args, const Work& work) {
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > args.count) end = args.count;
  const Requant requant = {nullptr, args.output_zero_point, args.clamp_min, args.clamp_max};
  Constants constants = {
      .zero_a = vdupq_n_s16(static_cast<std::int16_t>(args.zero_point_a)),
      .zero_b = vdupq_n_s16(static_cast<std::int16_t>(args.zero_point_b)),
      .scale = {},
      .rounding = neon::make_rounding(requant),
  };
  for (float& scale : constants.scale) scale = args.scale;
  const auto multiply = args.type == QType::kUint8 ? multiply_run<true> : multiply_run<false>;
  BroadcastTiles tiles = {nullptr, nullptr};
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end;) {
    const BroadcastRun next = broadcast_run(args.shape, work.input, i, end, work.scratch, &tiles);
    multiply(next.a, next.b, y + i, next.count, constants);
    i += next.count;
  }
}

std::size_t scratch_bytes(const MulArgs& args) { return broadcast_scratch_bytes(args.shape); }

}  // namespace

const Kernel<MulArgs> mul_neon = {
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
