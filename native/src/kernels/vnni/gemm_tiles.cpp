#include "kernels/vnni/gemm_tiles.h"

#include "kernels/vnni/requant.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// sums += rows x panel. The loops over rows and vectors must be unrolled: only then the sums stay in
// registers. Rows are addressed from every third one, which one pointer and one stride can.
template <int kRows, int kVectors>
inline void multiply(const TileRow& row, std::ptrdiff_t offset, Ints (&sums)[kRows][kVectors]) {
  constexpr int kBases = (kRows + 2) / 3;
  const std::int8_t* weights = row.weights;
  const std::ptrdiff_t stride = row.row_stride;
  for (std::int32_t s = 0; s < row.segment_count; ++s) {
    const std::uint8_t* x[kBases];
#pragma GCC unroll 16
    for (int b = 0; b < kBases; ++b) x[b] = row.segments[s] + offset + 3 * b * stride;
    for (std::int64_t quad = row.quads; quad > 0; --quad) {
      Ints w[kVectors];
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) w[v] = load(weights + v * kVectorBytes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) {
        const Ints activations = broadcast4(x[r / 3] + r % 3 * stride);
#pragma GCC unroll 16
        for (int v = 0; v < kVectors; ++v) dot(sums[r][v], activations, w[v]);
      }
#pragma GCC unroll 16
      for (int b = 0; b < kBases; ++b) x[b] += 4;
      weights += kVectors * kVectorBytes;
    }
  }
}

// Where the tile's vector `index`, counted along the rows, goes.
struct Place {
  std::uint8_t* to;
  std::ptrdiff_t stride;
  std::int32_t channels;
};

template <int kRows, int kVectors, int kIndex, int kSlot>
inline void store_one(const Place& place, Ints bytes, bool whole) {
  if constexpr (kIndex < kRows * kVectors) {
    constexpr int kVector = kIndex % kVectors;
    std::uint8_t* to = place.to + kIndex / kVectors * place.stride + kVector * kLanes;
    if (whole || kVector + 1 < kVectors) {
      store_vector<kSlot>(to, bytes);
    } else {
      store_some<kSlot>(to, bytes, place.channels - kVector * kLanes);
    }
  }
}

template <int kRows, int kVectors, int kIndex>
inline void narrow_and_store(const Place& place, const Ints (&sums)[kRows][kVectors],
                             const Floats (&scales)[kVectors], const Rounding& rounding, bool whole) {
  if constexpr (kIndex < kRows * kVectors) {
    Ints rounded[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      const int index = kIndex + i < kRows * kVectors ? kIndex + i : kIndex;
      rounded[i] = i > 0 && index == kIndex ? rounded[0]
                                            : scale_and_round(sums[index / kVectors][index % kVectors],
                                                              scales[index % kVectors], rounding);
    }
    const Ints bytes = narrow(rounded[0], rounded[1], rounded[2], rounded[3], rounding);
    if (kVectors == 4 && whole) {
      store(place.to + kIndex / kVectors * place.stride, bytes);
    } else {
      store_one<kRows, kVectors, kIndex, 0>(place, bytes, whole);
      store_one<kRows, kVectors, kIndex + 1, 1>(place, bytes, whole);
      store_one<kRows, kVectors, kIndex + 2, 2>(place, bytes, whole);
      store_one<kRows, kVectors, kIndex + 3, 3>(place, bytes, whole);
    }
    narrow_and_store<kRows, kVectors, kIndex + 4>(place, sums, scales, rounding, whole);
  }
}

// `count` tiles, from row `first` on.
template <int kRows, int kVectors>
void tiles(const TileRow& row, const Rounding& rounding, std::ptrdiff_t first, std::int32_t count) {
  Place place = {row.output + first * row.output_stride, row.output_stride, row.channels};
  const bool whole = row.channels == kVectors * kLanes;
  const std::int32_t* window_sums = row.window_sums == nullptr ? nullptr : row.window_sums + first;
  std::ptrdiff_t offset = first * row.row_stride;
  for (std::int32_t tile = 0; tile < count; ++tile) {
    Ints sums[kRows][kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) {
      const Ints bias = load(row.bias + v * kLanes);
#pragma GCC unroll 16
      for (int r = 0; r < kRows; ++r) sums[r][v] = bias;
    }
    if (window_sums != nullptr) {
#pragma GCC unroll 16
      for (int v = 0; v < kVectors; ++v) {
        const Ints shift = load(row.shift + v * kLanes);
#pragma GCC unroll 16
        for (int r = 0; r < kRows; ++r) sums[r][v] = add_product(sums[r][v], all32(window_sums[r]), shift);
      }
      window_sums += kRows;
    }
    multiply<kRows, kVectors>(row, offset, sums);
    Floats scales[kVectors];
#pragma GCC unroll 16
    for (int v = 0; v < kVectors; ++v) scales[v] = load_floats(row.scale + v * kLanes);
    narrow_and_store<kRows, kVectors, 0>(place, sums, scales, rounding, whole);
    place.to += kRows * row.output_stride;
    offset += kRows * row.row_stride;
  }
}

using TilesFunction = void (*)(const TileRow& row, const Rounding& rounding, std::ptrdiff_t first,
                               std::int32_t count);

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

TilesFunction one_vector(std::int32_t rows) {
  static constexpr TilesFunction kFunctions[] = {tiles<1, 1>, tiles<2, 1>,  tiles<3, 1>,  tiles<4, 1>,
                                                 tiles<5, 1>, tiles<6, 1>,  tiles<7, 1>,  tiles<8, 1>,
                                                 tiles<9, 1>, tiles<10, 1>, tiles<11, 1>, tiles<12, 1>};
  return pick(kFunctions, rows);
}

#if defined(AIEDGE_VNNI_512)
TilesFunction two_vectors(std::int32_t rows) {
  static constexpr TilesFunction kFunctions[] = {tiles<1, 2>, tiles<2, 2>,  tiles<3, 2>,  tiles<4, 2>,
                                                 tiles<5, 2>, tiles<6, 2>,  tiles<7, 2>,  tiles<8, 2>,
                                                 tiles<9, 2>, tiles<10, 2>, tiles<11, 2>, tiles<12, 2>};
  return pick(kFunctions, rows);
}

TilesFunction three_vectors(std::int32_t rows) {
  static constexpr TilesFunction kFunctions[] = {tiles<1, 3>, tiles<2, 3>, tiles<3, 3>, tiles<4, 3>,
                                                 tiles<5, 3>, tiles<6, 3>, tiles<7, 3>, tiles<8, 3>};
  return pick(kFunctions, rows);
}

TilesFunction four_vectors(std::int32_t rows) {
  static constexpr TilesFunction kFunctions[] = {tiles<1, 4>, tiles<2, 4>, tiles<3, 4>,
                                                 tiles<4, 4>, tiles<5, 4>, tiles<6, 4>};
  return pick(kFunctions, rows);
}

TilesFunction tiles_function(std::int32_t vectors, std::int32_t rows) {
  if (rows == 1) return one_row(vectors);
  if (vectors == 1) return one_vector(rows);
  if (vectors == 2) return two_vectors(rows);
  return vectors == 3 ? three_vectors(rows) : four_vectors(rows);
}
#else
TilesFunction two_vectors(std::int32_t rows) {
  static constexpr TilesFunction kFunctions[] = {tiles<1, 2>, tiles<2, 2>, tiles<3, 2>,
                                                 tiles<4, 2>, tiles<5, 2>, tiles<6, 2>};
  return pick(kFunctions, rows);
}

TilesFunction tiles_function(std::int32_t vectors, std::int32_t rows) {
  if (rows == 1) return one_row(vectors);
  return vectors == 1 ? one_vector(rows) : two_vectors(rows);
}
#endif

}  // namespace

void run_tiles(const TileRow& row, std::int32_t rows, const Requant& requant, QType type) {
  const Rounding rounding = make_rounding(requant, type);
  const std::int32_t most = tile_rows(row.vectors);
  const std::int32_t count = (rows + most - 1) / most;
  const std::int32_t small = rows / count;
  const std::int32_t large_tiles = rows % count;
  if (large_tiles > 0) tiles_function(row.vectors, small + 1)(row, rounding, 0, large_tiles);
  tiles_function(row.vectors, small)(row, rounding, large_tiles * (small + 1), count - large_tiles);
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
