#include "kernels/add.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

// Inputs are int8: of uint8 the top bit is flipped, which lowers its values by 128. Multipliers are cut into
// their low 8 bits and the rest, which fits 16. Bytes of both operands stand side by side; the even and the
// odd elements of a vector are moved to the upper bytes of 16-bit pairs, which makes them 256 times as large,
// for the rest of the multipliers, and shifted down again for the low bits. Zero points and rounding are one
// constant. Of the sums, shifted by 16 or more, the upper halves are enough: even and odd ones are put
// together, which restores the order.

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 32;   // elements of a step
constexpr std::int32_t kLowBits = 8;
constexpr std::int32_t kLeastShift = 16;
// Up to this one the sum fits 32 bits with the output's zero point in it: it is less than
// 2 * 2^21 * 255 + 256 * 2^22. A greater one is that of an output more than four times coarser than its
// inputs.
constexpr std::int32_t kMostFineShift = 22;

struct Constants {
  __m256i low, high;    // pairs of the multipliers' parts
  __m256i offset;       // half of the divisor, less the inputs' zero points' share, and the output's if fine
  __m128i shift;        // beyond the upper half
  __m256i zero_point;   // 16-bit; of the output
  __m256i least, most;  // 8-bit
};

__m256i pairs_of(std::int32_t a, std::int32_t b) {
  return _mm256_set1_epi32(
      static_cast<std::int32_t>(static_cast<std::uint32_t>(b) << 16 | static_cast<std::uint32_t>(a)));
}

Constants make_constants(const AddArgs& args) {
  constexpr std::int32_t kLowMask = (1 << kLowBits) - 1;
  const std::int32_t lowered = args.type == QType::kUint8 ? 128 : 0;
  const auto share = [&](std::int32_t multiplier, std::int32_t zero_point) {
    return static_cast<std::uint32_t>(multiplier) * static_cast<std::uint32_t>(zero_point - lowered);
  };
  const auto zero_point = static_cast<std::uint32_t>(args.output_zero_point);
  const std::uint32_t fine_part = args.shift > kMostFineShift ? 0 : zero_point << args.shift;
  const std::uint32_t offset = fine_part + (std::uint32_t{1} << (args.shift - 1)) -
                               share(args.multiplier_a, args.zero_point_a) -
                               share(args.multiplier_b, args.zero_point_b);
  return {
      .low = pairs_of(args.multiplier_a & kLowMask, args.multiplier_b & kLowMask),
      .high = pairs_of(args.multiplier_a >> kLowBits, args.multiplier_b >> kLowBits),
      .offset = _mm256_set1_epi32(static_cast<std::int32_t>(offset)),
      .shift = _mm_cvtsi32_si128(args.shift - kLeastShift),
      .zero_point = _mm256_set1_epi16(static_cast<std::int16_t>(args.output_zero_point)),
      .least = _mm256_set1_epi8(static_cast<char>(args.clamp_min)),
      .most = _mm256_set1_epi8(static_cast<char>(args.clamp_max)),
  };
}

// Of uint8 as int8.
template <bool kUnsigned>
__m256i flip(__m256i bytes) {
  return kUnsigned ? _mm256_xor_si256(bytes, _mm256_set1_epi8(-128)) : bytes;
}

// `upper` has 256 times the pairs.
__m256i sums_of(__m256i upper, const Constants& c) {
  const __m256i low = _mm256_madd_epi16(_mm256_srai_epi16(upper, kLowBits), c.low);
  return _mm256_add_epi32(_mm256_add_epi32(_mm256_madd_epi16(upper, c.high), c.offset), low);
}

// The results for sixteen elements whose bytes alternate, a b a b, as 16-bit words.
template <bool kFine>
__m256i add_sixteen(__m256i both, const Constants& c) {
  const __m256i even = _mm256_setr_epi8(-1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13,  //
                                        -1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13);
  const __m256i odd = _mm256_setr_epi8(-1, 2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15,  //
                                       -1, 2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15);
  const __m256i even_sums = sums_of(_mm256_shuffle_epi8(both, even), c);
  const __m256i odd_sums = sums_of(_mm256_shuffle_epi8(both, odd), c);
  const __m256i halves = _mm256_blend_epi16(_mm256_srli_epi32(even_sums, 16), odd_sums, 0xAA);
  const __m256i shifted = _mm256_sra_epi16(halves, c.shift);
  return kFine ? shifted : _mm256_adds_epi16(shifted, c.zero_point);
}

template <bool kUnsigned, bool kFine>
void add_vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, const Constants& c) {
  const __m256i x = flip<kUnsigned>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(a)));
  const __m256i z = flip<kUnsigned>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b)));
  const __m256i low = add_sixteen<kFine>(_mm256_unpacklo_epi8(x, z), c);
  const __m256i high = add_sixteen<kFine>(_mm256_unpackhi_epi8(x, z), c);
  const __m256i bounded =
      kUnsigned ? _mm256_min_epu8(_mm256_max_epu8(_mm256_packus_epi16(low, high), c.least), c.most)
                : _mm256_min_epi8(_mm256_max_epi8(_mm256_packs_epi16(low, high), c.least), c.most);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), bounded);
}

template <bool kUnsigned, bool kFine>
void add_run(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, std::int64_t count,
             const Constants& constants) {
  std::int64_t i = 0;
  for (; i + kVector <= count; i += kVector) add_vector<kUnsigned, kFine>(a + i, b + i, y + i, constants);
  if (i == count) return;
  const auto rest = static_cast<std::size_t>(count - i);
  std::uint8_t last_a[kVector] = {};
  std::uint8_t last_b[kVector] = {};
  std::uint8_t last_y[kVector];
  __builtin_memcpy(last_a, a + i, rest);
  __builtin_memcpy(last_b, b + i, rest);
  add_vector<kUnsigned, kFine>(last_a, last_b, last_y, constants);
  __builtin_memcpy(y + i, last_y, rest);
}

// A smaller shift belongs to an output 32 times finer than its inputs.
bool supports(const AddArgs& args) { return args.shift >= kLeastShift; }

// A unit is up to kBlock elements.
std::int32_t units(const AddArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const AddArgs& args, const Work& work) {
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > args.count) end = args.count;
  const Constants constants = make_constants(args);
  const bool fine = args.shift <= kMostFineShift;
  const auto add = args.type == QType::kUint8 ? (fine ? add_run<true, true> : add_run<true, false>)
                                              : (fine ? add_run<false, true> : add_run<false, false>);
  BroadcastTiles tiles = {nullptr, nullptr};
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end;) {
    const BroadcastRun next = broadcast_run(args.shape, work.input, i, end, work.scratch, &tiles);
    add(next.a, next.b, y + i, next.count, constants);
    i += next.count;
  }
}

std::size_t scratch_bytes(const AddArgs& args) { return broadcast_scratch_bytes(args.shape); }

}  // namespace

const Kernel<AddArgs> add_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
