// Two rows of activations, byte by byte. Two such pairs make quads, each of which has one column's and
// channel's bytes of four rows, so that one vpdpbusd adds four taps of one column of the window for each
// lane's channel.
//
// The pairs of sixteen neighbouring bytes are kept in two planes of sixteen bytes, as unpacking within
// 128-bit lanes makes them, and the quads come out of another unpacking, when they are used, in four vectors:
// vector k has those of bytes 4 k to 4 k + 3. So a vector may begin at any sixteen bytes.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {

constexpr std::int32_t kPairPlanes = 2;
constexpr std::int32_t kPlanes = 4;  // of quads

// Whether a vector may be read in part.
#if defined(AIEDGE_VNNI_512)
constexpr bool kPartialVectors = true;
#else
constexpr bool kPartialVectors = false;
#endif

// Rows that are interleaved together.
constexpr std::int32_t kMostRows = 32;

// Pair p is of the rows 2 p and 2 p + 1.
struct PairRows {
  const std::uint8_t* rows[kMostRows];
  std::uint8_t* to;    // the first plane of the first pair
  std::int64_t first;  // bytes of each plane before `to`
  std::int64_t done;   // vectors
  std::int64_t total;
};

// Areas of a plane (depthwise_layout.h), each with rows of its own.
constexpr std::int32_t kMostAreas = 16;
struct PairSource {
  std::int32_t pairs;  // at most kMostRows / 2
  std::int32_t area_count;
  std::int32_t flip;        // of each byte
  std::int32_t pieces;      // that a vector of a row consists of: 1, 2 or 4
  std::int32_t bytes;       // of a piece, less than a vector has room for only where kPartialVectors
  std::int64_t piece_step;  // from a piece to the next
  std::int64_t plane_bytes;
  std::int64_t pair_bytes;
  PairRows areas[kMostAreas];
};

// Interleave what is not interleaved yet, as far as the first `bytes` of each plane need it.
void make_pairs(PairSource& source, std::int64_t bytes);

// Copies `count` pieces of `bytes` (1 to kVectorBytes), from_step and to_step apart, each byte ^ flip. May
// write up to a vector at each place, in ascending order.
void copy_pieces(const std::uint8_t* from, std::int64_t from_step, std::int64_t count, std::int32_t bytes,
                 std::int32_t flip, std::uint8_t* to, std::int64_t to_step);

}  // namespace aiedge::kernels::AIEDGE_VNNI
