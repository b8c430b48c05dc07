#include "kernels/vnni/gemm_tiles.h"

#include "kernels/vnni/finish.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// Loops over rows and vectors must be unrolled: only then the sums stay in registers. kRows counts vectors
// along the rows; kShare is how many rows share one: 1, or 2 in a paired panel.

// Where the activations of a tile's rows and the panel's weights are read. Rows are addressed from every
// third one, which one pointer and one stride can.
template <int kRows, int kShare>
struct Cursor {
  const std::uint8_t* x[(kRows * kShare + 2) / 3];
  std::ptrdiff_t stride;
  const std::int8_t* weights;
  Ints flip;  // for a tile of one row
};

template <int kRows, int kShare>
[[gnu::always_inline]] inline void go_to_segment(Cursor<kRows, kShare>& cursor,
                                                 const std::uint8_t* first_row) {
#pragma GCC unroll 16
  for (int b = 0; b < (kRows * kShare + 2) / 3; ++b) cursor.x[b] = first_row + 3 * b * cursor.stride;
}

template <int kRows, int kShare>
[[gnu::always_inline]] inline const std::uint8_t* row_at(const Cursor<kRows, kShare>& cursor, int row) {
  return cursor.x[row / 3] + row % 3 * cursor.stride;
}

// The quads that vector `r` of the tile's rows is multiplied by.
template <int kRows>
[[gnu::always_inline]] inline Ints quads_of(const Cursor<kRows, 1>& cursor, int r) {
  return broadcast4(row_at(cursor, r));
}

#if defined(AIEDGE_VNNI_512)
template <int kRows>
[[gnu::always_inline]] inline Ints quads_of(const Cursor<kRows, 2>& cursor, int r) {
  return broadcast4_twice(row_at(cursor, 2 * r), row_at(cursor, 2 * r + 1));
}
#endif

// sums += one quad of each row x panel.
template <int kRows, int kVectors, int kShare>
[[gnu::always_inline]] inline void step(Cursor<kRows, kShare>& cursor, Ints (&sums)[kRows][kVectors]) {
  Ints w[kVectors];
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    w[v] = load(cursor.weights + v * kVectorBytes);
    if (kRows > 1) hold(w[v]);
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
    Ints activations = quads_of(cursor, r);
    if (kRows == 1) activations = exclusive_or(activations, cursor.flip);
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) dot(sums[r][v], activations, w[v]);
  }
#pragma GCC unroll 16
  for (int b = 0; b < (kRows * kShare + 2) / 3; ++b) cursor.x[b] += 4;
  cursor.weights += kVectors * kVectorBytes;
}

template <int kShare>
[[gnu::always_inline]] inline Ints window_sums_of(const std::int32_t* window_sums, int r) {
#if defined(AIEDGE_VNNI_512)
  if constexpr (kShare == 2)
    return _mm512_mask_set1_epi32(all32(window_sums[2 * r]), 0xFF00, window_sums[2 * r + 1]);
#endif
  return all32(window_sums[r]);
}

// The bias, and what was taken off the weights.
template <int kShare, int kRows, int kVectors>
[[gnu::always_inline]] inline void start(const PanelRows& panel, const std::int32_t* window_sums,
                                         Ints (&sums)[kRows][kVectors]) {
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    const Ints bias = load(panel.bias + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) sums[r][v] = bias;
  }
  if (window_sums == nullptr) return;
#pragma GCC unroll 16
  for (int v = 0; v < kVectors; ++v) {
    const Ints shift = load(panel.shift + v * kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r)
      sums[r][v] = add_product(sums[r][v], window_sums_of<kShare>(window_sums, r), shift);
  }
}

// Where a tile's bytes go.
template <int kShare>
struct Place {
  std::uint8_t* to;
  std::ptrdiff_t stride;
  std::int32_t channels;
  bool whole;       // the panel has no lane beyond the last channel
  bool contiguous;  // nor are there bytes between the panel's rows
};

template <int kVectors, int kShare>
Place<kShare> place_in(const PanelRows& panel) {
  const bool whole = panel.channels * kShare == kVectors * kLanes;
  return {
      .to = nullptr,
      .stride = panel.output_stride,
      .channels = panel.channels,
      .whole = whole,
      .contiguous = whole && panel.output_stride == panel.channels,
  };
}

template <int kRows, int kVectors, int kIndex, int kSlot>
[[gnu::always_inline]] inline void store_one(const Place<1>& place, Ints bytes) {
  if constexpr (kIndex < kRows * kVectors) {
    constexpr int kVector = kIndex % kVectors;
    std::uint8_t* to = place.to + kIndex / kVectors * place.stride + kVector * kLanes;
    if (place.whole || kVector + 1 < kVectors) {
      store_vector<kSlot>(to, bytes);
    } else {
      store_some<kSlot>(to, bytes, place.channels - kVector * kLanes);
    }
  }
}

#if defined(AIEDGE_VNNI_512)
template <int kRows, int kVectors, int kIndex, int kSlot>
[[gnu::always_inline]] inline void store_one(const Place<2>& place, Ints bytes) {
  static_assert(kVectors == 1);
  if constexpr (kIndex < kRows)
    store_two<kSlot>(place.to + 2 * kIndex * place.stride, place.stride, bytes, place.channels);
}
#endif

// Make bytes of the tile's vectors kIndex to kIndex + 3, counted along the rows, and store them.
template <int kIndex, int kRows, int kVectors, int kShare>
[[gnu::always_inline]] inline void finish_four(const PanelRows& panel, const Place<kShare>& place,
                                               const Finish& finish, const Ints (&sums)[kRows][kVectors]) {
  Ints rounded[4];
  Floats scales[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const int index = kIndex + i < kRows * kVectors ? kIndex + i : kIndex;
    rounded[i] = sums[index / kVectors][index % kVectors];
    scales[i] = load_floats(panel.scale + index % kVectors * kLanes);
  }
  scale_and_round(rounded, scales, finish.guards);
  const Ints mixed = narrow_mixed(rounded, finish);
  constexpr int kFirst = kIndex % kVectors;
  if constexpr (kFirst % 4 == 0 && kFirst + 4 <= kVectors) {
    std::uint8_t* to = place.to + kIndex / kVectors * place.stride + kFirst * kLanes;
    if (place.whole || kFirst + 4 < kVectors) {
      store(to, mixed);
    } else {
      store_bytes(to, mixed, place.channels - kFirst * kLanes);
    }
  } else {
    const Ints bytes = unmix(mixed);
    if (kVectors <= 2 && kIndex + 4 <= kRows * kVectors && place.contiguous) {
      store(place.to + kIndex * kLanes, bytes);
      return;
    }
    store_one<kRows, kVectors, kIndex, 0>(place, bytes);
    store_one<kRows, kVectors, kIndex + 1, 1>(place, bytes);
    store_one<kRows, kVectors, kIndex + 2, 2>(place, bytes);
    store_one<kRows, kVectors, kIndex + 3, 3>(place, bytes);
  }
}

template <int kIndex, int kRows, int kVectors, int kShare>
[[gnu::always_inline]] inline void finish_from(const PanelRows& panel, const Place<kShare>& place,
                                               const Finish& finish, const Ints (&sums)[kRows][kVectors]) {
  if constexpr (kIndex < kRows * kVectors) {
    finish_four<kIndex>(panel, place, finish, sums);
    finish_from<kIndex + 4>(panel, place, finish, sums);
  }
}

// Where a tile is among the lines.
struct Position {
  const std::uint8_t* const* segments;  // of the line
  const std::int32_t* window_sums;      // of the tile's first row; null where there are none
  std::uint8_t* to;                     // the tile's first row's output
  std::ptrdiff_t offset;                // of the tile's first row in the segments
  std::int64_t left;                    // rows of the line from the tile's first one on
};

// The position of row `row` of the first line.
Position position_of(const PanelRows& panel, std::ptrdiff_t row) {
  return {
      .segments = panel.segments,
      .window_sums = panel.window_sums == nullptr ? nullptr : panel.window_sums + row,
      .to = panel.output + row * panel.output_stride,
      .offset = row * panel.row_stride,
      .left = panel.rows - row,
  };
}

inline void move(const PanelRows& panel, Position& position, std::ptrdiff_t rows) {
  position.to += rows * panel.output_stride;
  position.offset += rows * panel.row_stride;
  position.left -= rows;
  if (position.window_sums != nullptr) position.window_sums += rows;
}

template <int kRows>
inline void go_on(const PanelRows& panel, Position& position) {
  move(panel, position, kRows);
  if (position.left >= kRows) return;
  if (position.left > 0) {
    move(panel, position, position.left - kRows);
    return;
  }
  position.segments += panel.segment_count;
  position.offset = 0;
  position.left = panel.rows;
}

// The tile's sums before the first product, and where the products begin.
template <int kShare, int kRows, int kVectors>
[[gnu::always_inline]] inline Cursor<kRows, kShare> begin_tile(const PanelRows& panel,
                                                               const Position& position,
                                                               Ints (&sums)[kRows][kVectors]) {
  start<kShare>(panel, position.window_sums, sums);
  Cursor<kRows, kShare> cursor = {
      .x = {}, .stride = panel.row_stride, .weights = panel.weights, .flip = all32(panel.flip)};
  go_to_segment(cursor, position.segments[0] + position.offset);
  return cursor;
}

// sums += what is left of the first segment, and the others.
template <int kRows, int kVectors, int kShare>
[[gnu::always_inline]] inline void multiply(const PanelRows& panel, const Position& position,
                                            std::int64_t quads, Cursor<kRows, kShare>& cursor,
                                            Ints (&sums)[kRows][kVectors]) {
  for (; quads > 0; --quads) step(cursor, sums);
  for (std::int32_t s = 1; s < panel.segment_count; ++s) {
    go_to_segment(cursor, position.segments[s] + position.offset);
    for (quads = panel.quads; quads > 0; --quads) step(cursor, sums);
  }
}

// `count` tiles, from row `first` of the first line on.
template <int kRows, int kVectors>
void tiles(const PanelRows& panel, const Finish& finish, std::ptrdiff_t first, std::int64_t count) {
  Place<1> place = place_in<kVectors, 1>(panel);
  Position position = position_of(panel, first);
  for (std::int64_t tile = 0; tile < count; ++tile) {
    Ints sums[kRows][kVectors];
    Cursor<kRows, 1> cursor = begin_tile<1>(panel, position, sums);
    multiply(panel, position, panel.quads, cursor, sums);
    place.to = position.to;
    finish_from<0>(panel, place, finish, sums);
    go_on<kRows>(panel, position);
  }
}

#if defined(AIEDGE_VNNI_512)

// One step, if the segment is so long, and four vectors of the tile before this one: what multiplies and what
// finishes do not wait for each other.
template <int kIndex, int kRows, int kVectors, int kShare>
[[gnu::always_inline]] inline void interleave(const PanelRows& panel, const Place<kShare>& place,
                                              const Finish& finish, const Ints (&done)[kRows][kVectors],
                                              std::int64_t& quads, Cursor<kRows, kShare>& cursor,
                                              Ints (&sums)[kRows][kVectors]) {
  if constexpr (kIndex < kRows * kVectors) {
    if (quads > 0) {
      step(cursor, sums);
      --quads;
    }
    finish_four<kIndex>(panel, place, finish, done);
    interleave<kIndex + 4>(panel, place, finish, done, quads, cursor, sums);
  }
}

// As tiles(). While a tile is multiplied the one before is finished: a CPU that executes out of order does
// not look far enough ahead to do so by itself. 12 sums at a time leave room for that.
template <int kRows, int kVectors, int kShare = 1>
void overlapped_tiles(const PanelRows& panel, const Finish& finish, std::ptrdiff_t first,
                      std::int64_t count) {
  Place<kShare> place = place_in<kVectors, kShare>(panel);
  Position position = position_of(panel, first);
  Ints done[kRows][kVectors];
  place.to = position.to;
  Cursor<kRows, kShare> cursor = begin_tile<kShare>(panel, position, done);
  multiply(panel, position, panel.quads, cursor, done);
  for (std::int64_t tile = 1; tile < count; ++tile) {
    go_on<kRows * kShare>(panel, position);
    Ints sums[kRows][kVectors];
    cursor = begin_tile<kShare>(panel, position, sums);
    std::int64_t quads = panel.quads;
    interleave<0>(panel, place, finish, done, quads, cursor, sums);
    multiply(panel, position, quads, cursor, sums);
    place.to = position.to;
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) done[r][v] = sums[r][v];
    }
  }
  finish_from<0>(panel, place, finish, done);
}

#endif

using TilesFunction = void (*)(const PanelRows& panel, const Finish& finish, std::ptrdiff_t first,
                               std::int64_t count);

// The function for `count`: 1 to the table's length.
template <std::int32_t kLength>
TilesFunction pick(const TilesFunction (&functions)[kLength], std::int32_t count) {
  if (count < 1 || count > kLength) __builtin_unreachable();
  return functions[count - 1];
}

TilesFunction one_row(std::int32_t vectors) {
  static constexpr TilesFunction kFunctions[] = {tiles<1, 1>, tiles<1, 2>, tiles<1, 3>, tiles<1, 4>,
                                                 tiles<1, 5>, tiles<1, 6>, tiles<1, 7>, tiles<1, 8>};
  return pick(kFunctions, vectors);
}

constexpr std::int32_t kSums = 12;      // of a tile of several rows: vectors
constexpr std::int32_t kPairRows = 16;  // of a tile of a paired panel

#if defined(AIEDGE_VNNI_512)
TilesFunction tiles_function(std::int32_t vectors, std::int32_t rows) {
  static constexpr TilesFunction kOne[] = {tiles<1, 1>,
                                           overlapped_tiles<2, 1>,
                                           overlapped_tiles<3, 1>,
                                           overlapped_tiles<4, 1>,
                                           overlapped_tiles<5, 1>,
                                           overlapped_tiles<6, 1>,
                                           overlapped_tiles<7, 1>,
                                           overlapped_tiles<8, 1>,
                                           overlapped_tiles<9, 1>,
                                           overlapped_tiles<10, 1>,
                                           overlapped_tiles<11, 1>,
                                           overlapped_tiles<12, 1>};
  static constexpr TilesFunction kTwo[] = {tiles<1, 2>,
                                           overlapped_tiles<2, 2>,
                                           overlapped_tiles<3, 2>,
                                           overlapped_tiles<4, 2>,
                                           overlapped_tiles<5, 2>,
                                           overlapped_tiles<6, 2>};
  static constexpr TilesFunction kThree[] = {tiles<1, 3>, overlapped_tiles<2, 3>, overlapped_tiles<3, 3>,
                                             overlapped_tiles<4, 3>};
  static constexpr TilesFunction kFour[] = {tiles<1, 4>, overlapped_tiles<2, 4>, overlapped_tiles<3, 4>};
  if (rows == 1) return one_row(vectors);
  if (vectors == 1) return pick(kOne, rows);
  if (vectors == 2) return pick(kTwo, rows);
  return vectors == 3 ? pick(kThree, rows) : pick(kFour, rows);
}
#else
TilesFunction tiles_function(std::int32_t vectors, std::int32_t rows) {
  static constexpr TilesFunction kOne[] = {tiles<1, 1>, tiles<2, 1>,  tiles<3, 1>,  tiles<4, 1>,
                                           tiles<5, 1>, tiles<6, 1>,  tiles<7, 1>,  tiles<8, 1>,
                                           tiles<9, 1>, tiles<10, 1>, tiles<11, 1>, tiles<12, 1>};
  static constexpr TilesFunction kTwo[] = {tiles<1, 2>, tiles<2, 2>, tiles<3, 2>,
                                           tiles<4, 2>, tiles<5, 2>, tiles<6, 2>};
  if (rows == 1) return one_row(vectors);
  return vectors == 1 ? pick(kOne, rows) : pick(kTwo, rows);
}
#endif

}  // namespace

std::int32_t best_tile_rows(std::int32_t vectors, std::int32_t rows, std::int64_t quads) {
  // Measured in dot products: how many a sum waits for its own next one, and what a tile costs beside them.
  constexpr std::int64_t kLatency = kLanes == 16 ? 6 : 10;
  constexpr std::int64_t kOverhead = 16;
  std::int32_t best = 1;
  std::int64_t best_cost = INT64_MAX;
  for (std::int32_t height = 1; height <= kSums / vectors && height <= rows; ++height) {
    const std::int64_t tiles = (rows - 1) / height + 1;
    const std::int64_t sums = std::int64_t{height} * vectors;
    const std::int64_t cost = tiles * (quads * (sums < kLatency ? kLatency : sums) + kOverhead);
    if (cost >= best_cost) continue;
    best = height;
    best_cost = cost;
  }
  return best;
}

void run_tiles(const PanelRows& panel, const Requant& requant) {
  const Finish finish = make_finish(requant, panel.guards);
  if (panel.rows * panel.lines == 1) {
    one_row(panel.vectors)(panel, finish, 0, 1);
    return;
  }
#if defined(AIEDGE_VNNI_512)
  if (panel.paired && panel.rows >= kPairRows) {
    const std::int32_t tiles = (panel.rows - 1) / kPairRows + 1;
    overlapped_tiles<kPairRows / 2, 1, 2>(panel, finish, 0, std::int64_t{tiles} * panel.lines);
    return;
  }
#endif
  const std::int32_t tiles_of_line = (panel.rows - 1) / panel.tile_rows + 1;
  if (panel.lines > 1) {
    tiles_function(panel.vectors, panel.tile_rows)(panel, finish, 0,
                                                   std::int64_t{tiles_of_line} * panel.lines);
    return;
  }
  // Tiles that differ by one row.
  const std::int32_t small = panel.rows / tiles_of_line;
  const std::int32_t large_tiles = panel.rows % tiles_of_line;
  if (large_tiles > 0) tiles_function(panel.vectors, small + 1)(panel, finish, 0, large_tiles);
  tiles_function(panel.vectors, small)(panel, finish, large_tiles * (small + 1), tiles_of_line - large_tiles);
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
