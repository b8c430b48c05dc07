// The last step of the depthwise kernels: four vectors of int32 sums become one of bytes, in the order that
// saturating packs give (depthwise_tiles.h). For files of this folder only; all of it has internal linkage.
//
// Output types are unified by working on uint8: for int8 the zero point and bounds are raised by 128 and the
// result's top bit is flipped.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

struct Finish {
  Floats high;          // clamp_max - zero_point
  Ints zero_point;      // 16-bit, as for uint8
  Ints low, top;        // the clamp's bounds, 8-bit, as for uint8
  Ints flip;            // 0x80 in each byte for int8, else 0
  std::int32_t clamps;  // not 0: the clamp is narrower than the type
};

// What is known of a layer's sums and bounds, and need not be done.
enum class Rounds : std::uint8_t {
  kAny,       // nothing
  kBounded,   // no sum times its scale leaves the range of int32: no minimum before the conversion
  kFromZero,  // and the zero point is the type's least value, and the clamp not narrower than the type
};

// Whether sums of at most `most` in magnitude need no minimum before the conversion.
[[maybe_unused]] bool is_bounded(double most, float scale) {
  constexpr double kFarBelowOverflow = 1 << 30;
  return most < kFarBelowOverflow && most * static_cast<double>(scale) < kFarBelowOverflow;
}

[[maybe_unused]] Rounds rounds_of(const Requant& requant, QType type, bool bounded) {
  if (!bounded) return Rounds::kAny;
  const std::int32_t least = type == QType::kInt8 ? -128 : 0;
  const bool whole_range = requant.clamp_min == least && requant.clamp_max == least + 255;
  return requant.zero_point == least && whole_range ? Rounds::kFromZero : Rounds::kBounded;
}

[[maybe_unused]] Finish make_finish(const Requant& requant, QType type) {
  const std::int32_t shift = type == QType::kInt8 ? 128 : 0;
  const auto high = static_cast<float>(requant.clamp_max - requant.zero_point);
  const auto zero_point = static_cast<std::int16_t>(requant.zero_point + shift);
  const bool clamps = requant.clamp_max - requant.clamp_min < 255;
  return {
#if defined(AIEDGE_VNNI_512)
      .high = _mm512_set1_ps(high),
      .zero_point = _mm512_set1_epi16(zero_point),
#else
      .high = _mm256_set1_ps(high),
      .zero_point = _mm256_set1_epi16(zero_point),
#endif
      .low = all8(requant.clamp_min + shift),
      .top = all8(requant.clamp_max + shift),
      .flip = all8(shift),
      .clamps = clamps ? 1 : 0,
  };
}

// rne(f32(sum) * scale). Without a bound at most `high`: a product below the range of int32 converts to its
// least value, which is right.
template <Rounds kRounds>
inline Ints scale_and_round(Ints sum, Floats scale, const Finish& finish) {
#if defined(AIEDGE_VNNI_512)
  Floats product = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), scale);
  if (kRounds == Rounds::kAny) product = _mm512_min_ps(product, finish.high);
  return _mm512_cvtps_epi32(product);
#else
  Floats product = _mm256_mul_ps(_mm256_cvtepi32_ps(sum), scale);
  if (kRounds == Rounds::kAny) product = _mm256_min_ps(product, finish.high);
  return _mm256_cvtps_epi32(product);
#endif
}

// 16-bit words with the zero point added: of each 128-bit lane those of `a`, then those of `b`.
template <Rounds kRounds>
inline Ints to_words(Ints a, Ints b, const Finish& finish) {
#if defined(AIEDGE_VNNI_512)
  const Ints words = _mm512_packs_epi32(a, b);
  return kRounds == Rounds::kFromZero ? words : _mm512_adds_epi16(words, finish.zero_point);
#else
  const Ints words = _mm256_packs_epi32(a, b);
  return kRounds == Rounds::kFromZero ? words : _mm256_adds_epi16(words, finish.zero_point);
#endif
}

// Bytes of the output's type: of each 128-bit lane those of `a`, then those of `b`.
template <Rounds kRounds>
inline Ints to_bytes(Ints a, Ints b, const Finish& finish) {
#if defined(AIEDGE_VNNI_512)
  Ints bytes = _mm512_packus_epi16(a, b);
  if (kRounds != Rounds::kFromZero && finish.clamps != 0)
    bytes = _mm512_min_epu8(_mm512_max_epu8(bytes, finish.low), finish.top);
#else
  Ints bytes = _mm256_packus_epi16(a, b);
  if (kRounds != Rounds::kFromZero && finish.clamps != 0)
    bytes = _mm256_min_epu8(_mm256_max_epu8(bytes, finish.low), finish.top);
#endif
  return exclusive_or(bytes, finish.flip);
}

// The first `count` (1 to kVectorBytes) bytes.
[[maybe_unused]] inline void store_bytes(std::uint8_t* to, Ints bytes, std::int32_t count) {
  if (count == kVectorBytes) return store(to, bytes);
#if defined(AIEDGE_VNNI_512)
  _mm512_mask_storeu_epi8(to, ~std::uint64_t{0} >> (kVectorBytes - count), bytes);
#else
  alignas(32) std::uint8_t all[kVectorBytes];
  store(all, bytes);
  std::int32_t i = 0;
  for (; i + 8 <= count; i += 8) __builtin_memcpy(to + i, all + i, 8);
  for (; i < count; ++i) to[i] = all[i];
#endif
}

}  // namespace
}  // namespace aiedge::kernels::AIEDGE_VNNI
