#include "kernels/add.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

// multiplier_a * a + multiplier_b * b for pairs (a, b) of 16-bit values is two vpmaddwd: the multipliers, up
// to 2^21, are cut into their low 11 bits and the rest. Zero points and rounding are one constant; all sums
// are modulo 2^32.

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 32;   // elements of a step
constexpr std::int32_t kLowBits = 11;

struct Constants {
  __m256i low, high;  // pairs of the multipliers' parts
  __m256i offset;     // half of the divisor, less the zero points' share
  __m128i shift;
  __m256i zero_point;   // 16-bit; of the output as int8
  __m256i least, most;  // 8-bit, as int8
  __m256i flip_result;  // 0x80 in each byte for uint8
};

__m256i pairs_of(std::int32_t a, std::int32_t b) {
  return _mm256_set1_epi32(
      static_cast<std::int32_t>(static_cast<std::uint32_t>(b) << 16 | static_cast<std::uint32_t>(a)));
}

Constants make_constants(const AddArgs& args) {
  constexpr std::int32_t kLowMask = (1 << kLowBits) - 1;
  const auto ma = static_cast<std::uint32_t>(args.multiplier_a);
  const auto mb = static_cast<std::uint32_t>(args.multiplier_b);
  const std::uint32_t offset = (std::uint32_t{1} << (args.shift - 1)) -
                               ma * static_cast<std::uint32_t>(args.zero_point_a) -
                               mb * static_cast<std::uint32_t>(args.zero_point_b);
  const std::int32_t shift = args.type == QType::kUint8 ? 128 : 0;
  return {
      .low = pairs_of(args.multiplier_a & kLowMask, args.multiplier_b & kLowMask),
      .high = pairs_of(args.multiplier_a >> kLowBits, args.multiplier_b >> kLowBits),
      .offset = _mm256_set1_epi32(static_cast<std::int32_t>(offset)),
      .shift = _mm_cvtsi32_si128(args.shift),
      .zero_point = _mm256_set1_epi16(static_cast<std::int16_t>(args.output_zero_point - shift)),
      .least = _mm256_set1_epi8(static_cast<char>(args.clamp_min - shift)),
      .most = _mm256_set1_epi8(static_cast<char>(args.clamp_max - shift)),
      .flip_result = _mm256_set1_epi8(static_cast<char>(shift == 0 ? 0 : -128)),
  };
}

__m256i sum_of_pairs(__m256i pairs, const Constants& c) {
  const __m256i high = _mm256_slli_epi32(_mm256_madd_epi16(pairs, c.high), kLowBits);
  const __m256i low = _mm256_add_epi32(_mm256_madd_epi16(pairs, c.low), c.offset);
  return _mm256_sra_epi32(_mm256_add_epi32(high, low), c.shift);
}

template <bool kUnsigned>
__m256i extend(const std::uint8_t* from) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return kUnsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes);
}

// Sixteen sums as 16-bit words in their order, zero point added.
template <bool kUnsigned>
__m256i add_sixteen(const std::uint8_t* a, const std::uint8_t* b, const Constants& c) {
  const __m256i x = extend<kUnsigned>(a);
  const __m256i y = extend<kUnsigned>(b);
  const __m256i words = _mm256_packs_epi32(sum_of_pairs(_mm256_unpacklo_epi16(x, y), c),
                                           sum_of_pairs(_mm256_unpackhi_epi16(x, y), c));
  return _mm256_adds_epi16(words, c.zero_point);
}

template <bool kUnsigned>
void add_vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, const Constants& c) {
  const __m256i packed =
      _mm256_packs_epi16(add_sixteen<kUnsigned>(a, b, c), add_sixteen<kUnsigned>(a + 16, b + 16, c));
  const __m256i bounded = _mm256_min_epi8(_mm256_max_epi8(packed, c.least), c.most);
  const __m256i bytes = _mm256_permute4x64_epi64(_mm256_xor_si256(bounded, c.flip_result), 0xD8);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), bytes);
}

template <bool kUnsigned>
void add_range(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, std::int64_t begin,
               std::int64_t end, const Constants& constants) {
  std::int64_t i = begin;
  for (; i + kVector <= end; i += kVector) add_vector<kUnsigned>(a + i, b + i, y + i, constants);
  if (i == end) return;
  const auto rest = static_cast<std::size_t>(end - i);
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
  const auto* a = static_cast<const std::uint8_t*>(work.input[0]);
  const auto* b = static_cast<const std::uint8_t*>(work.input[1]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  const std::int64_t begin = std::int64_t{work.begin} * kBlock;
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > args.count) end = args.count;
  const Constants constants = make_constants(args);
  if (args.type == QType::kUint8) {
    add_range<true>(a, b, y, begin, end, constants);
  } else {
    add_range<false>(a, b, y, begin, end, constants);
  }
}

}  // namespace

const Kernel<AddArgs> add_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
