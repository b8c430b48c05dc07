#include "kernels/vnni/depthwise_tiles.h"

#include "kernels/vnni/requant.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

constexpr std::int32_t kTilePixels = 4;

// Four vectors, byte by byte, as four vectors of quads in their order.
#if defined(AIEDGE_VNNI_512)
inline void interleave_block(Ints a, Ints b, Ints c, Ints d, std::uint8_t* to) {
  const Ints ab_low = _mm512_unpacklo_epi8(a, b);
  const Ints ab_high = _mm512_unpackhi_epi8(a, b);
  const Ints cd_low = _mm512_unpacklo_epi8(c, d);
  const Ints cd_high = _mm512_unpackhi_epi8(c, d);
  // Quarter i of q0 to q3 has the quads 16 i + 0, 4, 8 and 12.
  const Ints q0 = _mm512_unpacklo_epi16(ab_low, cd_low);
  const Ints q1 = _mm512_unpackhi_epi16(ab_low, cd_low);
  const Ints q2 = _mm512_unpacklo_epi16(ab_high, cd_high);
  const Ints q3 = _mm512_unpackhi_epi16(ab_high, cd_high);
  const Ints q01_low = _mm512_shuffle_i32x4(q0, q1, 0x44);   // q0.0 q0.1 q1.0 q1.1
  const Ints q23_low = _mm512_shuffle_i32x4(q2, q3, 0x44);   // q2.0 q2.1 q3.0 q3.1
  const Ints q01_high = _mm512_shuffle_i32x4(q0, q1, 0xEE);  // q0.2 q0.3 q1.2 q1.3
  const Ints q23_high = _mm512_shuffle_i32x4(q2, q3, 0xEE);
  store(to, _mm512_shuffle_i32x4(q01_low, q23_low, 0x88));
  store(to + 64, _mm512_shuffle_i32x4(q01_low, q23_low, 0xDD));
  store(to + 128, _mm512_shuffle_i32x4(q01_high, q23_high, 0x88));
  store(to + 192, _mm512_shuffle_i32x4(q01_high, q23_high, 0xDD));
}
#else
inline void interleave_block(Ints a, Ints b, Ints c, Ints d, std::uint8_t* to) {
  const Ints ab_low = _mm256_unpacklo_epi8(a, b);
  const Ints ab_high = _mm256_unpackhi_epi8(a, b);
  const Ints cd_low = _mm256_unpacklo_epi8(c, d);
  const Ints cd_high = _mm256_unpackhi_epi8(c, d);
  // Half i of q0 to q3 has the quads 16 i + 0, 4, 8 and 12.
  const Ints q0 = _mm256_unpacklo_epi16(ab_low, cd_low);
  const Ints q1 = _mm256_unpackhi_epi16(ab_low, cd_low);
  const Ints q2 = _mm256_unpacklo_epi16(ab_high, cd_high);
  const Ints q3 = _mm256_unpackhi_epi16(ab_high, cd_high);
  store(to, _mm256_permute2x128_si256(q0, q1, 0x20));
  store(to + 32, _mm256_permute2x128_si256(q2, q3, 0x20));
  store(to + 64, _mm256_permute2x128_si256(q0, q1, 0x31));
  store(to + 96, _mm256_permute2x128_si256(q2, q3, 0x31));
}
#endif

template <int kRows, int kPixels, int kIndex, int kSlot>
inline void store_one(const DepthwiseRows& rows, std::uint8_t* to, Ints bytes, std::int32_t count,
                      std::int32_t last_count) {
  if constexpr (kIndex < kRows * kPixels) {
    constexpr int kPixel = kIndex % kPixels;
    constexpr int kRow = kIndex / kPixels;
    if (kRow >= rows.stored_rows) return;
    std::uint8_t* place = to + kRow * rows.output_row_stride + kPixel * rows.output_stride;
    const std::int32_t some = kPixel + 1 == kPixels ? last_count : count;
    if (some == kLanes) {
      store_vector<kSlot>(place, bytes);
    } else {
      store_some<kSlot>(place, bytes, some);
    }
  }
}

template <int kRows, int kPixels, int kIndex>
inline void narrow_and_store(const DepthwiseRows& rows, const Ints (&sums)[kRows * kPixels], Floats scale,
                             const Rounding& rounding, std::uint8_t* to, std::int32_t count,
                             std::int32_t last_count) {
  if constexpr (kIndex < kRows * kPixels) {
    Ints rounded[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      rounded[i] =
          i > 0 && kIndex + i >= kRows * kPixels
              ? rounded[0]
              : scale_and_round(sums[kIndex + i < kRows * kPixels ? kIndex + i : kIndex], scale, rounding);
    }
    const Ints bytes = narrow(rounded[0], rounded[1], rounded[2], rounded[3], rounding);
    store_one<kRows, kPixels, kIndex, 0>(rows, to, bytes, count, last_count);
    store_one<kRows, kPixels, kIndex + 1, 1>(rows, to, bytes, count, last_count);
    store_one<kRows, kPixels, kIndex + 2, 2>(rows, to, bytes, count, last_count);
    store_one<kRows, kPixels, kIndex + 3, 3>(rows, to, bytes, count, last_count);
    narrow_and_store<kRows, kPixels, kIndex + 4>(rows, sums, scale, rounding, to, count, last_count);
  }
}

// One group of channels of `count` times kPixels neighbouring pixels. kDots is their number, or 0 when only
// `rows` knows it.
template <int kRows, int kPixels, int kDots>
void tiles(const DepthwiseRows& rows, const Rounding& rounding, std::int32_t group, std::int32_t pixel,
           std::int32_t count) {
  const std::int32_t dots = kDots > 0 ? kDots : rows.dot_count;
  const auto* record = reinterpret_cast<const DepthwiseRecord*>(
      rows.packed + group * depthwise_group_bytes(rows.dot_count, rows.rows));
  const auto* weights = reinterpret_cast<const std::int8_t*>(record + 1);
  const std::int32_t rounds = record->rounds;
  const Ints bias = load(record->bias);
  const Floats scale = load_floats(record->scale);
  const bool last_group = group + 1 == rows.groups;
  const std::int32_t bytes = last_group ? rows.last_group_bytes : kLanes;
  const std::ptrdiff_t stride = rows.pixel_stride;
  std::ptrdiff_t offset = pixel * stride + group * kVectorBytes;
  std::uint8_t* to = rows.output + pixel * rows.output_stride + group * kLanes;
  for (std::int32_t tile = 0; tile < count; ++tile) {
    Ints sums[kRows * kPixels];
#pragma GCC unroll 8
    for (int i = 0; i < kRows * kPixels; ++i) sums[i] = bias;
    const std::int8_t* w = weights;
    for (std::int32_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 3
      for (int dot_index = 0; dot_index < dots; ++dot_index) {
        const std::uint8_t* x = rows.dots[dot_index] + offset;
        Ints row_weights[kRows];
#pragma GCC unroll 2
        for (int r = 0; r < kRows; ++r) row_weights[r] = load(w + r * kVectorBytes);
#pragma GCC unroll 4
        for (int p = 0; p < kPixels; ++p) {
          const Ints quads = load(x + p * stride);
#pragma GCC unroll 2
          for (int r = 0; r < kRows; ++r) dot(sums[r * kPixels + p], quads, row_weights[r]);
        }
        w += kRows * kVectorBytes;
      }
    }
    pixel += kPixels;
    const std::int32_t last = last_group && pixel == rows.pixels ? rows.last_pixel_bytes : bytes;
    narrow_and_store<kRows, kPixels, 0>(rows, sums, scale, rounding, to, bytes, last);
    offset += kPixels * stride;
    to += kPixels * rows.output_stride;
  }
}

using TilesFunction = void (*)(const DepthwiseRows& rows, const Rounding& rounding, std::int32_t group,
                               std::int32_t pixel, std::int32_t count);

template <int kRows>
TilesFunction tiles_function(std::int32_t dots, std::int32_t pixels) {
  static constexpr TilesFunction kOne[kTilePixels] = {tiles<kRows, 1, 1>, tiles<kRows, 2, 1>,
                                                      tiles<kRows, 3, 1>, tiles<kRows, 4, 1>};
  static constexpr TilesFunction kThree[kTilePixels] = {tiles<kRows, 1, 3>, tiles<kRows, 2, 3>,
                                                        tiles<kRows, 3, 3>, tiles<kRows, 4, 3>};
  static constexpr TilesFunction kAny[kTilePixels] = {tiles<kRows, 1, 0>, tiles<kRows, 2, 0>,
                                                      tiles<kRows, 3, 0>, tiles<kRows, 4, 0>};
  if (dots == 1) return kOne[pixels - 1];
  return dots == 3 ? kThree[pixels - 1] : kAny[pixels - 1];
}

}  // namespace

void interleave(const std::uint8_t* const (&rows)[4], std::int64_t count, std::int32_t flip,
                std::int32_t beyond, std::uint8_t* to) {
  const Ints flips = all8(flip);
  std::int64_t i = 0;
  for (; i + kVectorBytes <= count; i += kVectorBytes) {
    interleave_block(exclusive_or(load(rows[0] + i), flips), exclusive_or(load(rows[1] + i), flips),
                     exclusive_or(load(rows[2] + i), flips), exclusive_or(load(rows[3] + i), flips),
                     to + 4 * i);
  }
  if (i == count) return;
  alignas(64) std::uint8_t rest[4][kVectorBytes];
  __builtin_memset(rest, beyond, sizeof(rest));
  for (int r = 0; r < 4; ++r) __builtin_memcpy(rest[r], rows[r] + i, static_cast<std::size_t>(count - i));
  interleave_block(exclusive_or(load(rest[0]), flips), exclusive_or(load(rest[1]), flips),
                   exclusive_or(load(rest[2]), flips), exclusive_or(load(rest[3]), flips), to + 4 * i);
}

std::int64_t depthwise_group_bytes(std::int32_t dots, std::int32_t rows) {
  return static_cast<std::int64_t>(sizeof(DepthwiseRecord)) +
         std::int64_t{kMostRounds} * dots * rows * kVectorBytes;
}

void depthwise_rows(const DepthwiseRows& rows, const Requant& requant, QType type) {
  const Rounding rounding = make_rounding(requant, type);
  const std::int32_t count = (rows.pixels + kTilePixels - 1) / kTilePixels;
  const std::int32_t small = rows.pixels / count;
  const std::int32_t large_tiles = rows.pixels % count;
  const auto function = [&](std::int32_t pixels) {
    return rows.rows == 1 ? tiles_function<1>(rows.dot_count, pixels)
                          : tiles_function<2>(rows.dot_count, pixels);
  };
  for (std::int32_t group = 0; group < rows.groups; ++group) {
    if (large_tiles > 0) function(small + 1)(rows, rounding, group, 0, large_tiles);
    function(small)(rows, rounding, group, large_tiles * (small + 1), count - large_tiles);
  }
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
