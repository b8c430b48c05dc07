#include "kernels/vnni/depthwise_tiles.h"

#include "kernels/vnni/requant.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// Vectors of a tile, at most: two planes of sums, and half as many words of those before, are alive together.
constexpr int most_vectors(int rows) {
  if (rows > 2) return 1;
#if defined(AIEDGE_VNNI_512)
  return rows == 1 ? 6 : 3;
#else
  return rows == 1 ? 3 : 2;
#endif
}

// What all tiles of a strip share.
struct Tiles {
  const DepthwiseStrips& strips;
  std::int32_t first_strip;
  std::int32_t end_strip;
  Finish finish;
  const std::uint8_t* weights;
  const std::uint8_t* extra_weights;
  const std::int32_t* extra_dots;
};

// Keeps a value in its register: without this GCC 12 loads it again for each use.
inline void keep(Ints& value) {
#if defined(AIEDGE_VNNI_512)
  __asm__("" : "+v"(value));
#else
  __asm__("" : "+x"(value));
#endif
}

// The quads of two planes.
struct Quads {
  Ints low, high;
};

[[gnu::always_inline]] inline Quads make_quads(const std::uint8_t* first, const std::uint8_t* second) {
  Ints a = load(first);
  Ints b = load(second);
  keep(a);
  keep(b);
#if defined(AIEDGE_VNNI_512)
  return {_mm512_unpacklo_epi16(a, b), _mm512_unpackhi_epi16(a, b)};
#else
  return {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
#endif
}

// The rounded sums of two planes.
template <int kSums>
struct Sums {
  Ints low[kSums];
  Ints high[kSums];
};

// One dot for all rows from `first_row` on. x and y are its pairs, the weights those of the two planes.
template <int kRows, int kVectors>
[[gnu::always_inline]] inline void add_dot(const std::uint8_t* x, const std::uint8_t* y,
                                           const std::uint8_t* low_weights, const std::uint8_t* high_weights,
                                           std::int32_t first_row, Sums<kRows * kVectors>& sums) {
  Ints low[kRows];
  Ints high[kRows];
#pragma GCC unroll 4
  for (int r = 0; r < kRows; ++r) {
    low[r] = load(low_weights + r * kVectorBytes);
    high[r] = load(high_weights + r * kVectorBytes);
    if (kVectors > 1) keep(low[r]);
    if (kVectors > 1) keep(high[r]);
  }
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    const Quads quads = make_quads(x + v * kVectorBytes, y + v * kVectorBytes);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      if (r < first_row) continue;
      dot(sums.low[r * kVectors + v], quads.low, low[r]);
      dot(sums.high[r * kVectors + v], quads.high, high[r]);
    }
  }
}

// The quads of one plane (odd ones are those of the high halves) of neighbouring vectors.
template <int kCount>
[[gnu::always_inline]] inline void make_quads(const std::uint8_t* first, const std::uint8_t* second, bool odd,
                                              Ints (&quads)[kCount]) {
#pragma GCC unroll 8
  for (int i = 0; i < kCount; ++i) {
    const Ints a = load(first + i * kVectorBytes);
    const Ints b = load(second + i * kVectorBytes);
#if defined(AIEDGE_VNNI_512)
    quads[i] = odd ? _mm512_unpackhi_epi16(a, b) : _mm512_unpacklo_epi16(a, b);
#else
    quads[i] = odd ? _mm256_unpackhi_epi16(a, b) : _mm256_unpacklo_epi16(a, b);
#endif
    keep(quads[i]);
  }
}

// One dot of one plane, with its quads from quads[kFrom] on.
template <int kRows, int kVectors, int kFrom, int kCount>
[[gnu::always_inline]] inline void add_dot(const Ints (&quads)[kCount], const std::uint8_t* weights,
                                           Ints (&sums)[kRows * kVectors]) {
#pragma GCC unroll 2
  for (int r = 0; r < kRows; ++r) {
    Ints row_weights = load(weights + r * kVectorBytes);
    if (kVectors > 1) keep(row_weights);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) dot(sums[r * kVectors + v], quads[kFrom + v], row_weights);
  }
}

// What is known of a strip's dots.
enum class Dots : std::uint8_t {
  kAny,
  kAlternate,  // there are three, and the third has the first one's pairs, from the second vector on
  kNeighbours  // there are three, and each has the pairs of the one before, from the second vector on
};

// Three dots that share quads, of one plane.
template <int kRows, int kVectors, Dots kDots>
[[gnu::always_inline]] inline void add_three(const DepthwiseStrips& strips, const std::uint8_t* x, bool odd,
                                             const std::uint8_t* weights, Ints (&sums)[kRows * kVectors]) {
  const std::ptrdiff_t dot_bytes = std::ptrdiff_t{strips.shape.rows} * kVectorBytes;
  const std::uint8_t* y = x + strips.pair_bytes;
  if constexpr (kDots == Dots::kNeighbours) {
    Ints quads[kVectors + 2];
    make_quads(x + strips.dots[0], y + strips.dots[0], odd, quads);
    add_dot<kRows, kVectors, 0>(quads, weights, sums);
    add_dot<kRows, kVectors, 1>(quads, weights + dot_bytes, sums);
    add_dot<kRows, kVectors, 2>(quads, weights + 2 * dot_bytes, sums);
  } else {
    Ints quads[kVectors + 1];
    make_quads(x + strips.dots[0], y + strips.dots[0], odd, quads);
    add_dot<kRows, kVectors, 0>(quads, weights, sums);
    add_dot<kRows, kVectors, 1>(quads, weights + 2 * dot_bytes, sums);
    Ints between[kVectors];
    make_quads(x + strips.dots[1], y + strips.dots[1], odd, between);
    add_dot<kRows, kVectors, 0>(between, weights + dot_bytes, sums);
  }
}

template <Rounds kRounds, int kSums>
[[gnu::always_inline]] inline void round_all(const float* scales, const Finish& finish, Ints (&sums)[kSums]) {
  const Floats scale = load_floats(scales);
#pragma GCC unroll 8
  for (int i = 0; i < kSums; ++i) sums[i] = scale_and_round<kRounds>(sums[i], scale, finish);
}

template <int kSums>
[[gnu::always_inline]] inline void start(const std::int32_t* biases, Ints (&sums)[kSums]) {
  const Ints bias = load(biases);
#pragma GCC unroll 8
  for (int i = 0; i < kSums; ++i) sums[i] = bias;
}

// One plane of dots that share quads; `plane` is the first of its two.
template <int kRows, int kVectors, Dots kDots, Rounds kRounds>
[[gnu::always_inline]] inline void round_plane(const Tiles& t, int plane, bool odd, const std::uint8_t* x,
                                               Ints (&sums)[kRows * kVectors]) {
  const DepthwiseStrips& strips = t.strips;
  const DepthwiseRecord& record = *strips.record;
  const int own_plane = plane + (odd ? 1 : 0);
  const std::ptrdiff_t dot_bytes = std::ptrdiff_t{strips.shape.rows} * kVectorBytes;
  start(record.bias[own_plane], sums);
  add_three<kRows, kVectors, kDots>(strips, x, odd, t.weights + own_plane * 3 * dot_bytes, sums);
  const std::int32_t* extra_dots = t.extra_dots + plane / 2 * strips.shape.most_extras;
  const std::uint8_t* extra = t.extra_weights + plane * strips.shape.most_extras * dot_bytes;
  const std::int32_t extras = record.extras[plane / 2];
  if (extras > 0) [[unlikely]] {
    for (std::int32_t i = 0; i < extras; ++i) {
      const std::uint8_t* place = x + strips.dots[extra_dots[i]];
      Ints quads[kVectors];
      make_quads(place, place + strips.pair_bytes, odd, quads);
      add_dot<kRows, kVectors, 0>(quads, extra + (odd ? dot_bytes : 0), sums);
      extra += 2 * dot_bytes;
    }
  }
  round_all<kRounds>(record.scale[own_plane], t.finish, sums);
}

// Two planes of dots that share nothing.
template <int kRows, int kVectors, Rounds kRounds>
[[gnu::always_inline]] inline void round_planes(const Tiles& t, int plane, const std::uint8_t* x,
                                                Sums<kRows * kVectors>& sums) {
  const DepthwiseStrips& strips = t.strips;
  const DepthwiseRecord& record = *strips.record;
  const std::ptrdiff_t dot_bytes = std::ptrdiff_t{strips.shape.rows} * kVectorBytes;
  const std::uint8_t* low_weights = t.weights + plane * strips.shape.dots * dot_bytes;
  const std::uint8_t* high_weights = low_weights + strips.shape.dots * dot_bytes;
  const std::uint8_t* y = x + strips.pair_bytes;
  start(record.bias[plane], sums.low);
  start(record.bias[plane + 1], sums.high);
  for (std::int32_t i = 0; i < strips.shape.dots; ++i) {
    add_dot<kRows, kVectors>(x + strips.dots[i], y + strips.dots[i], low_weights, high_weights,
                             i < strips.late_dot ? 0 : strips.late_row, sums);
    low_weights += dot_bytes;
    high_weights += dot_bytes;
  }
  const std::int32_t* extra_dots = t.extra_dots + plane / 2 * strips.shape.most_extras;
  const std::uint8_t* extra = t.extra_weights + plane * strips.shape.most_extras * dot_bytes;
  for (std::int32_t i = 0; i < record.extras[plane / 2]; ++i) {
    add_dot<kRows, kVectors>(x + strips.dots[extra_dots[i]], y + strips.dots[extra_dots[i]], extra,
                             extra + dot_bytes, 0, sums);
    extra += 2 * dot_bytes;
  }
  round_all<kRounds>(record.scale[plane], t.finish, sums.low);
  round_all<kRounds>(record.scale[plane + 1], t.finish, sums.high);
}

template <int kRows, int kVectors, Dots kDots, Rounds kRounds>
[[gnu::always_inline]] inline void sum_and_round(const Tiles& t, int plane, const std::uint8_t* x,
                                                 Sums<kRows * kVectors>& sums) {
  if constexpr (kDots == Dots::kAny) {
    round_planes<kRows, kVectors, kRounds>(t, plane, x, sums);
  } else {
    round_plane<kRows, kVectors, kDots, kRounds>(t, plane, false, x, sums.low);
    round_plane<kRows, kVectors, kDots, kRounds>(t, plane, true, x, sums.high);
  }
}

// The bytes of one vector, or of one pixel after the other.
inline void put(const DepthwiseStrips& strips, std::uint8_t* to, Ints bytes, bool last) {
  if (strips.pixels == 1) {
    store_bytes(to, bytes, last ? strips.last_bytes : strips.bytes);
    return;
  }
  alignas(64) std::uint8_t copy[kVectorBytes];
  store(copy, bytes);
  const std::int32_t width = kVectorBytes / strips.pixels;
  const std::int32_t pixels = last ? strips.last_bytes : strips.pixels;
  const std::uint8_t* from = copy;
  for (std::int32_t i = 0; i < pixels; ++i) {
    std::int32_t done = 0;
    for (; done + 16 <= strips.bytes; done += 16) __builtin_memcpy(to + done, from + done, 16);
    for (; done < strips.bytes; ++done) to[done] = from[done];
    from += width;
    to += strips.pixel_stride;
  }
}

// `count` tiles from vector `first` on, of each strip.
template <int kRows, int kVectors, Dots kDots, Rounds kRounds>
void tiles(const Tiles& t, std::int32_t first, std::int32_t count) {
  constexpr int kSums = kRows * kVectors;
  const DepthwiseStrips& strips = t.strips;
  const std::ptrdiff_t strip_stride = strips.shape.rows * strips.output_row_stride;
  const std::uint8_t* tile_pairs =
      strips.pairs + t.first_strip * strips.strip_bytes + static_cast<std::ptrdiff_t>(first) * kVectorBytes;
  std::uint8_t* tile_output = strips.output + t.first_strip * strip_stride + first * strips.output_stride;
  for (std::int32_t tile = 0; tile < count; ++tile) {
    first += kVectors;
    make_pairs(*strips.source, std::int64_t{first} * kVectorBytes + strips.window_bytes);
    const std::uint8_t* x = tile_pairs;
    std::uint8_t* to = tile_output;
    for (std::int32_t strip = t.first_strip; strip < t.end_strip; ++strip) {
      Sums<kSums> sums;
      Ints words[kSums];
      sum_and_round<kRows, kVectors, kDots, kRounds>(t, 0, x, sums);
#pragma GCC unroll 8
      for (int i = 0; i < kSums; ++i) words[i] = to_words<kRounds>(sums.low[i], sums.high[i], t.finish);
      sum_and_round<kRows, kVectors, kDots, kRounds>(t, 2, x + strips.plane_bytes, sums);
#pragma GCC unroll 8
      for (int i = 0; i < kSums; ++i) {
        const Ints bytes =
            to_bytes<kRounds>(words[i], to_words<kRounds>(sums.low[i], sums.high[i], t.finish), t.finish);
        const int v = i % kVectors;
        put(strips, to + i / kVectors * strips.output_row_stride + v * strips.output_stride, bytes,
            v + 1 == kVectors && first == strips.vectors);
      }
      x += strips.strip_bytes;
      to += strip_stride;
    }
    tile_pairs += kVectors * kVectorBytes;
    tile_output += kVectors * strips.output_stride;
  }
}

using TilesFunction = void (*)(const Tiles& t, std::int32_t first, std::int32_t count);

template <int kRows, int kVectors>
TilesFunction tiles_function(Dots dots, Rounds rounds) {
  if (rounds == Rounds::kAny) return tiles<kRows, kVectors, Dots::kAny, Rounds::kAny>;
  if (rounds == Rounds::kBounded) return tiles<kRows, kVectors, Dots::kAny, Rounds::kBounded>;
  if constexpr (kRows <= 2) {
    if (dots == Dots::kNeighbours) return tiles<kRows, kVectors, Dots::kNeighbours, Rounds::kFromZero>;
    if (dots == Dots::kAlternate) return tiles<kRows, kVectors, Dots::kAlternate, Rounds::kFromZero>;
  }
  return tiles<kRows, kVectors, Dots::kAny, Rounds::kFromZero>;
}

template <int kRows>
TilesFunction tiles_function(std::int32_t vectors, Dots dots, Rounds rounds) {
  if constexpr (most_vectors(kRows) >= 6) {
    if (vectors == 6) return tiles_function<kRows, 6>(dots, rounds);
    if (vectors == 5) return tiles_function<kRows, 5>(dots, rounds);
  }
  if constexpr (most_vectors(kRows) >= 4) {
    if (vectors == 4) return tiles_function<kRows, 4>(dots, rounds);
  }
  if constexpr (most_vectors(kRows) >= 3) {
    if (vectors == 3) return tiles_function<kRows, 3>(dots, rounds);
  }
  if constexpr (most_vectors(kRows) >= 2) {
    if (vectors == 2) return tiles_function<kRows, 2>(dots, rounds);
  }
  return tiles_function<kRows, 1>(dots, rounds);
}

Dots dots_of(const DepthwiseStrips& strips) {
  if (strips.shape.dots != 3 || strips.late_dot != 0) return Dots::kAny;
  if (strips.dots[2] - strips.dots[0] == kVectorBytes) return Dots::kAlternate;
  const bool neighbours =
      strips.dots[1] - strips.dots[0] == kVectorBytes && strips.dots[2] - strips.dots[1] == kVectorBytes;
  return neighbours ? Dots::kNeighbours : Dots::kAny;
}

// All tiles of some strips, of about equal size.
template <int kRows>
void all_tiles(const Tiles& t, Rounds rounds) {
  constexpr std::int32_t kMost = most_vectors(kRows);
  const Dots dots = dots_of(t.strips);
  const std::int32_t count = (t.strips.vectors + kMost - 1) / kMost;
  const std::int32_t small = t.strips.vectors / count;
  const std::int32_t large_tiles = t.strips.vectors % count;
  if (large_tiles > 0) tiles_function<kRows>(small + 1, dots, rounds)(t, 0, large_tiles);
  tiles_function<kRows>(small, dots, rounds)(t, large_tiles * (small + 1), count - large_tiles);
}

void all_tiles(const Tiles& t, std::int32_t rows, Rounds rounds) {
  switch (rows) {
    case 1:
      return all_tiles<1>(t, rounds);
    case 2:
      return all_tiles<2>(t, rounds);
    case 3:
      return all_tiles<3>(t, rounds);
    default:
      return all_tiles<4>(t, rounds);
  }
}

}  // namespace

DepthwiseRecordPlaces record_places(const DepthwiseWeights& weights) {
  const std::int64_t dot_bytes = std::int64_t{kPlanes} * weights.rows * kVectorBytes;
  DepthwiseRecordPlaces places{};
  places.weights = static_cast<std::int64_t>(sizeof(DepthwiseRecord));
  places.extra_weights = places.weights + weights.dots * dot_bytes;
  places.extra_dots = places.extra_weights + weights.most_extras * dot_bytes;
  places.end = (places.extra_dots + std::int64_t{kPlanes} * weights.most_extras * 4 + 63) / 64 * 64;
  return places;
}

void depthwise_strips(const DepthwiseStrips& strips, const Requant& requant, QType type, bool bounded) {
  const auto* record = reinterpret_cast<const std::uint8_t*>(strips.record);
  const DepthwiseRecordPlaces places = record_places(strips.shape);
  const std::int32_t whole = strips.output_rows / strips.shape.rows;
  const std::int32_t rest = strips.output_rows % strips.shape.rows;
  const Rounds rounds = rounds_of(requant, type, bounded);
  Tiles t = {
      .strips = strips,
      .first_strip = 0,
      .end_strip = whole,
      .finish = make_finish(requant, type),
      .weights = record + places.weights,
      .extra_weights = record + places.extra_weights,
      .extra_dots = reinterpret_cast<const std::int32_t*>(record + places.extra_dots),
  };
  if (whole > 0) all_tiles(t, strips.shape.rows, rounds);
  if (rest == 0) return;
  t.first_strip = whole;
  t.end_strip = whole + 1;
  all_tiles(t, rest, rounds);
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
