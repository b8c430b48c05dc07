// Matrix product of the NEON kernels: gathered rows of 8-bit activations times packed weights, requantized.
// This folder is compiled for every 64-bit ARM CPU; the folders for newer instructions bring another
// multiply() only.
//
// Everything is int8: of uint8 the top bit is flipped, which lowers its values and zero points by 128. Zero
// points leave the inner loop by algebra modulo 2^32:
//
//   sum (x - zx) * (w - zw) = sum x * w - zx * sum w - zw * sum x + K * zx * zw
//
// Packing adds the second and fourth term to the bias; the third, which is 0 for most models, needs the sum
// of a row's activations.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::neon {

constexpr std::int32_t kTileRows = 8;
constexpr std::int32_t kPanelChannels = 8;
constexpr std::int32_t kBlock = 16;  // activations that multiply() takes at a time

// Up to kTileRows rows times one panel.
struct Tile {
  const std::int8_t* x;  // rows of blocks * kBlock activations, one behind the other
  const std::int8_t* w;  // blocks * kBlock * kPanelChannels weights, as packed
  std::int64_t blocks;   // >= 1
  std::int32_t rows;     // 1 to kTileRows; memory of an odd last row's partner may be read
  std::int32_t* sums;    // of x * w: kTileRows rows of kPanelChannels, only `rows` of them used
};

// What an instruction set brings.
struct Multiplier {
  // So many neighbouring weights of a channel stand together in a panel: 2, 4 or 8.
  std::int32_t group;
  void (*multiply)(const Tile& tile);
};

// Multiplication of every 64-bit ARM CPU.
extern const Multiplier multiplier;

struct GemmShape {
  std::int64_t rows;
  std::int64_t depth;  // activations of a row
  std::int32_t out_c;
  QType type;
  std::int32_t input_zero_point;
  QType weight_type;
  std::int32_t weight_zero_point;
};

[[nodiscard]] std::size_t gemm_packed_bytes(const GemmShape& shape);
// weights: out_c x depth.
void gemm_pack(const GemmShape& shape, std::int32_t group, const void* weights, const std::int32_t* bias,
               const float* scale, void* packed);
[[nodiscard]] std::size_t gemm_scratch_bytes(const GemmShape& shape);
// A unit is a tile of rows, or a panel when there are few rows.
[[nodiscard]] std::int32_t gemm_units(const GemmShape& shape);

// Writes the `depth` activations of row `row` as they are in the input; `context` is the caller's.
using Gather = void (*)(const void* context, const std::uint8_t* input, std::int64_t row, std::uint8_t* to);

void gemm_run(const GemmShape& shape, const Multiplier& with, Gather gather, const void* context,
              const Requant& requant, const Work& work);

}  // namespace aiedge::kernels::neon
