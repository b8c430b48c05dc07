#include "kernels/mul.h"

#include <immintrin.h>

#include "kernels/avx2/requant.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 32;   // elements of a step

struct Constants {
  __m256i zero_a, zero_b;  // 16-bit
  __m256 scale;
  avx2::Rounding rounding;
};

template <bool kUnsigned>
__m256i extend(const std::uint8_t* from) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return kUnsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes);
}

// Sixteen products as 16-bit words in their order, scaled, zero point added. The halves of the 32-bit
// products interleave to the order of requant.h.
template <bool kUnsigned>
__m256i sixteen(const std::uint8_t* a, const std::uint8_t* b, const Constants& c) {
  const __m256i x = _mm256_sub_epi16(extend<kUnsigned>(a), c.zero_a);
  const __m256i w = _mm256_sub_epi16(extend<kUnsigned>(b), c.zero_b);
  const __m256i low = _mm256_mullo_epi16(x, w);
  const __m256i high = _mm256_mulhi_epi16(x, w);
  const avx2::Sums products = {_mm256_unpacklo_epi16(low, high), _mm256_unpackhi_epi16(low, high)};
  return avx2::narrow(products, {c.scale, c.scale}, c.rounding);
}

template <bool kUnsigned>
void vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, const Constants& c) {
  const __m256i bytes =
      avx2::narrow_rows(sixteen<kUnsigned>(a, b, c), sixteen<kUnsigned>(a + 16, b + 16, c), c.rounding);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), bytes);
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
  const Constants constants = {
      .zero_a = _mm256_set1_epi16(static_cast<std::int16_t>(args.zero_point_a)),
      .zero_b = _mm256_set1_epi16(static_cast<std::int16_t>(args.zero_point_b)),
      .scale = _mm256_set1_ps(args.scale),
      .rounding = avx2::make_rounding(requant, args.type),
  };
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

const Kernel<MulArgs> mul_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
