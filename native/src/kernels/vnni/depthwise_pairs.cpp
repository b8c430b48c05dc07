#include "kernels/vnni/depthwise_pairs.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

inline void store_pairs(Ints first, Ints second, std::uint8_t* to, std::int64_t plane_bytes) {
#if defined(AIEDGE_VNNI_512)
  store(to, _mm512_unpacklo_epi8(first, second));
  store(to + plane_bytes, _mm512_unpackhi_epi8(first, second));
#else
  store(to, _mm256_unpacklo_epi8(first, second));
  store(to + plane_bytes, _mm256_unpackhi_epi8(first, second));
#endif
}

// The first `count` bytes of a vector; reads no other.
inline Ints load_some(const std::uint8_t* from, std::int32_t count) {
#if defined(AIEDGE_VNNI_512)
  return _mm512_maskz_loadu_epi8(~std::uint64_t{0} >> (64 - count), from);
#else
  alignas(32) std::uint8_t bytes[32] = {};
  std::int32_t i = 0;
  for (; i + 8 <= count; i += 8) __builtin_memcpy(bytes + i, from + i, 8);
  for (; i < count; ++i) bytes[i] = from[i];
  return load(bytes);
#endif
}

// How a vector of a row is loaded.
enum class Load : std::uint8_t { kWhole, kPart, kTwo, kFour };

template <Load kLoad>
inline Ints load_pieces(const std::uint8_t* from, std::int64_t step, std::int32_t bytes) {
  if constexpr (kLoad == Load::kWhole) {
    return load(from);
  } else if constexpr (kLoad == Load::kPart) {
    return load_some(from, bytes);
  } else {
#if defined(AIEDGE_VNNI_512)
    if constexpr (kLoad == Load::kTwo) {
      const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
      const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + step));
      return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
    } else {
      const auto piece = [&](int i) {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i * step));
      };
      const __m256i first = _mm256_inserti128_si256(_mm256_castsi128_si256(piece(0)), piece(1), 1);
      const __m256i second = _mm256_inserti128_si256(_mm256_castsi128_si256(piece(2)), piece(3), 1);
      return _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
    }
#else
    const __m128i first = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i second = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + step));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(first), second, 1);
#endif
  }
}

// The next `count` vectors.
template <Load kLoad>
void interleave(const PairSource& source, const PairRows& rows, std::int64_t count) {
  const Ints flips = all8(source.flip);
  const std::int64_t piece_step = source.piece_step;
  const std::int64_t step = source.pieces * piece_step;
  const std::int64_t plane_bytes = source.plane_bytes;
  const std::int32_t bytes = source.bytes;
  for (std::int32_t pair = 0; pair < source.pairs; ++pair) {
    const std::uint8_t* first = rows.rows[2 * pair] + rows.done * step;
    const std::uint8_t* second = rows.rows[2 * pair + 1] + rows.done * step;
    std::uint8_t* to = rows.to + pair * source.pair_bytes + rows.done * kVectorBytes;
    for (std::int64_t i = 0; i < count; ++i) {
      store_pairs(exclusive_or(load_pieces<kLoad>(first, piece_step, bytes), flips),
                  exclusive_or(load_pieces<kLoad>(second, piece_step, bytes), flips), to, plane_bytes);
      first += step;
      second += step;
      to += kVectorBytes;
    }
  }
}

void interleave(const PairSource& source, const PairRows& rows, std::int64_t count) {
  if (source.pieces == 2) return interleave<Load::kTwo>(source, rows, count);
#if defined(AIEDGE_VNNI_512)
  if (source.pieces == 4) return interleave<Load::kFour>(source, rows, count);
  if (source.bytes < kVectorBytes) return interleave<Load::kPart>(source, rows, count);
#endif
  return interleave<Load::kWhole>(source, rows, count);
}

}  // namespace

void make_pairs(PairSource& source, std::int64_t bytes) {
  for (std::int32_t area = 0; area < source.area_count; ++area) {
    PairRows& rows = source.areas[area];
    const std::int64_t wanted = (bytes - rows.first + kVectorBytes - 1) / kVectorBytes;
    const std::int64_t count = (wanted < rows.total ? wanted : rows.total) - rows.done;
    if (count <= 0) continue;
    interleave(source, rows, count);
    rows.done += count;
  }
}

void copy_pieces(const std::uint8_t* from, std::int64_t from_step, std::int64_t count, std::int32_t bytes,
                 std::int32_t flip, std::uint8_t* to, std::int64_t to_step) {
  const Ints flips = all8(flip);
  const __m128i flips16 = _mm_set1_epi8(static_cast<char>(flip));
  for (std::int64_t i = 0; i < count; ++i) {
    if (bytes == 16) {
      const __m128i piece = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_xor_si128(piece, flips16));
    } else {
      store(to, exclusive_or(load_some(from, bytes), flips));
    }
    from += from_step;
    to += to_step;
  }
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
