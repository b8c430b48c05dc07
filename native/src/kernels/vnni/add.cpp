#include "kernels/add.h"

#include "kernels/vnni/vector.h"

namespace aiedge::kernels {
namespace AIEDGE_VNNI {
namespace {

// Inputs are int8: of uint8 the top bit is flipped, which lowers its values by 128. Multipliers are cut into
// their low 8 bits and the rest, which fits 16. Bytes of both operands stand side by side: four of a lane are
// two elements, which VPDPBUSD multiplies with the low bits of either's multipliers. For the rest, VPDPWSSD
// takes words whose upper bytes they are, 256 times as large. Zero points and rounding are what the sums
// begin with. Of the sums, shifted by 16 or more, the upper halves are enough: those of even and odd elements
// are put together, which restores the order.

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kLowBits = 8;
constexpr std::int32_t kLeastShift = 16;
constexpr std::int32_t kMostShift = 22;

#if defined(AIEDGE_VNNI_512)

Ints everywhere(__m128i bytes) { return _mm512_broadcast_i32x4(bytes); }
Ints interleave_low(Ints a, Ints b) { return _mm512_unpacklo_epi8(a, b); }
Ints interleave_high(Ints a, Ints b) { return _mm512_unpackhi_epi8(a, b); }
Ints shuffle(Ints bytes, Ints order) { return _mm512_shuffle_epi8(bytes, order); }
Ints dot_bytes(Ints sum, Ints bytes, Ints integers) { return _mm512_dpbusd_epi32(sum, bytes, integers); }
Ints dot_words(Ints sum, Ints a, Ints b) { return _mm512_dpwssd_epi32(sum, a, b); }
Ints upper_halves(Ints even, Ints odd) {
  return _mm512_mask_blend_epi16(0xAAAAAAAA, _mm512_srli_epi32(even, 16), odd);
}
Ints shift_right(Ints words, __m128i by) { return _mm512_sra_epi16(words, by); }
template <bool kUnsigned>
Ints pack(Ints low, Ints high) {
  return kUnsigned ? _mm512_packus_epi16(low, high) : _mm512_packs_epi16(low, high);
}
template <bool kUnsigned>
Ints bound(Ints bytes, Ints least, Ints most) {
  return kUnsigned ? _mm512_min_epu8(_mm512_max_epu8(bytes, least), most)
                   : _mm512_min_epi8(_mm512_max_epi8(bytes, least), most);
}

#else

Ints everywhere(__m128i bytes) { return _mm256_broadcastsi128_si256(bytes); }
Ints interleave_low(Ints a, Ints b) { return _mm256_unpacklo_epi8(a, b); }
Ints interleave_high(Ints a, Ints b) { return _mm256_unpackhi_epi8(a, b); }
Ints shuffle(Ints bytes, Ints order) { return _mm256_shuffle_epi8(bytes, order); }
#if defined(__AVXVNNI__)
Ints dot_bytes(Ints sum, Ints bytes, Ints integers) { return _mm256_dpbusd_avx_epi32(sum, bytes, integers); }
Ints dot_words(Ints sum, Ints a, Ints b) { return _mm256_dpwssd_avx_epi32(sum, a, b); }
#else
Ints dot_bytes(Ints sum, Ints bytes, Ints integers) { return _mm256_dpbusd_epi32(sum, bytes, integers); }
Ints dot_words(Ints sum, Ints a, Ints b) { return _mm256_dpwssd_epi32(sum, a, b); }
#endif
Ints upper_halves(Ints even, Ints odd) { return _mm256_blend_epi16(_mm256_srli_epi32(even, 16), odd, 0xAA); }
Ints shift_right(Ints words, __m128i by) { return _mm256_sra_epi16(words, by); }
template <bool kUnsigned>
Ints pack(Ints low, Ints high) {
  return kUnsigned ? _mm256_packus_epi16(low, high) : _mm256_packs_epi16(low, high);
}
template <bool kUnsigned>
Ints bound(Ints bytes, Ints least, Ints most) {
  return kUnsigned ? _mm256_min_epu8(_mm256_max_epu8(bytes, least), most)
                   : _mm256_min_epi8(_mm256_max_epi8(bytes, least), most);
}

#endif

struct Constants {
  Ints even_low, odd_low;  // low bits of both multipliers, under the bytes of even or odd elements
  Ints high;               // pairs of the rest
  Ints offset;             // the output's zero point and half of the divisor, less the inputs' share
  Ints even, odd;          // orders of bytes: what becomes upper bytes
  __m128i shift;           // beyond the upper half
  Ints least, most;        // 8-bit
};

Constants make_constants(const AddArgs& args) {
  const auto ma = static_cast<std::uint32_t>(args.multiplier_a);
  const auto mb = static_cast<std::uint32_t>(args.multiplier_b);
  const std::uint32_t low = (mb & 0xFF) << 8 | (ma & 0xFF);
  const std::uint32_t high = (mb >> kLowBits) << 16 | ma >> kLowBits;
  const std::int32_t lowered = args.type == QType::kUint8 ? 128 : 0;
  const auto zero_point = static_cast<std::uint32_t>(args.output_zero_point);
  const std::uint32_t offset = (zero_point << args.shift) + (std::uint32_t{1} << (args.shift - 1)) -
                               ma * static_cast<std::uint32_t>(args.zero_point_a - lowered) -
                               mb * static_cast<std::uint32_t>(args.zero_point_b - lowered);
  return {
      .even_low = all32(static_cast<std::int32_t>(low)),
      .odd_low = all32(static_cast<std::int32_t>(low << 16)),
      .high = all32(static_cast<std::int32_t>(high)),
      .offset = all32(static_cast<std::int32_t>(offset)),
      .even = everywhere(_mm_setr_epi8(-1, 0, -1, 1, -1, 4, -1, 5, -1, 8, -1, 9, -1, 12, -1, 13)),
      .odd = everywhere(_mm_setr_epi8(-1, 2, -1, 3, -1, 6, -1, 7, -1, 10, -1, 11, -1, 14, -1, 15)),
      .shift = _mm_cvtsi32_si128(args.shift - kLeastShift),
      .least = all8(args.clamp_min),
      .most = all8(args.clamp_max),
  };
}

// Of uint8 as int8.
template <bool kUnsigned>
Ints flip(Ints bytes) {
  return kUnsigned ? exclusive_or(bytes, all8(-128)) : bytes;
}

// The results for elements whose bytes alternate, a b a b, as 16-bit words.
Ints add_half(Ints both, const Constants& c) {
  const Ints even = dot_words(dot_bytes(c.offset, c.even_low, both), shuffle(both, c.even), c.high);
  const Ints odd = dot_words(dot_bytes(c.offset, c.odd_low, both), shuffle(both, c.odd), c.high);
  return shift_right(upper_halves(even, odd), c.shift);
}

template <bool kUnsigned>
void add_vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, const Constants& c) {
  const Ints x = flip<kUnsigned>(load(a));
  const Ints z = flip<kUnsigned>(load(b));
  const Ints packed = pack<kUnsigned>(add_half(interleave_low(x, z), c), add_half(interleave_high(x, z), c));
  store(y, bound<kUnsigned>(packed, c.least, c.most));
}

template <bool kUnsigned>
void add_run(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, std::int64_t count,
             const Constants& constants) {
  std::int64_t i = 0;
  for (; i + kVectorBytes <= count; i += kVectorBytes) add_vector<kUnsigned>(a + i, b + i, y + i, constants);
  if (i == count) return;
  const auto rest = static_cast<std::size_t>(count - i);
  std::uint8_t last_a[kVectorBytes] = {};
  std::uint8_t last_b[kVectorBytes] = {};
  std::uint8_t last_y[kVectorBytes];
  __builtin_memcpy(last_a, a + i, rest);
  __builtin_memcpy(last_b, b + i, rest);
  add_vector<kUnsigned>(last_a, last_b, last_y, constants);
  __builtin_memcpy(y + i, last_y, rest);
}

// A smaller shift belongs to an output 32 times finer than its inputs. With a greater one, of an output more
// than four times coarser, the sum with the output's zero point in it may not fit 32 bits: up to here it is
// less than 2 * 2^21 * 255 + 256 * 2^22.
bool supports(const AddArgs& args) { return args.shift >= kLeastShift && args.shift <= kMostShift; }

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
}  // namespace AIEDGE_VNNI

const Kernel<AddArgs> AIEDGE_VNNI_KERNEL(add_) = {
    .name = AIEDGE_VNNI_NAME,
    .isa = AIEDGE_VNNI::kIsa,
    .supports = AIEDGE_VNNI::supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = AIEDGE_VNNI::scratch_bytes,
    .units = AIEDGE_VNNI::units,
    .run = AIEDGE_VNNI::run,
};

}  // namespace aiedge::kernels
