// Matrix product of the AVX2 kernels: rows of activations (16 bits, see rows.h) times packed weights,
// requantized.
//
// One vpmaddwd multiplies a pair of neighbouring activations of one row with the pairs of eight channels and
// adds within the pairs: sixteen exact multiply-accumulates (9-bit by 9-bit operands cannot overflow). A tile
// is up to kTileRows rows by 16 channels: its twelve sums, two weight vectors and two temporaries fill the
// sixteen registers.
//
// The sum over a row may run over several segments in different places of memory (the kernel's rows of a
// convolution), so that nothing has to be gathered first.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernel.h"

namespace aiedge::kernels::avx2 {

struct GemmShape {
  std::int32_t out_c;
  std::int32_t segments;        // of one row's sum
  std::int32_t segment_length;  // activations
  // Weights stay 8 bits in memory when that can hold them: int8 with zero point 0. Others become 16 bits.
  bool wide;
};

[[nodiscard]] bool needs_wide_weights(QType weight_type, std::int32_t weight_zero_point);
[[nodiscard]] std::int32_t gemm_panels(const GemmShape& shape);
[[nodiscard]] std::size_t gemm_packed_bytes(const GemmShape& shape);

// Room for one panel of 8-bit weights widened to 16 bits: where many rows share a panel, that is done once
// for all of them. 0 for products of few rows, and when the weights are wide anyway.
[[nodiscard]] std::int64_t gemm_panel_space_bytes(const GemmShape& shape, std::int64_t rows);

// weights: out_c x segments x segment_length.
void gemm_pack(const GemmShape& shape, const void* weights, QType weight_type, std::int32_t weight_zero_point,
               const std::int32_t* bias, const float* scale, void* packed);

struct GemmRows {
  const std::int16_t* const* segments;  // where each segment of the first row begins
  std::int32_t first_segment;           // segments before this one and
  std::int32_t end_segment;             // from this one on add nothing (padding) and are not in `segments`
  std::ptrdiff_t row_stride;            // activations from a row's segment to the next row's
  std::int32_t rows;
  std::uint8_t* output;  // the first row's first channel
  std::ptrdiff_t output_stride;
  std::int16_t* panel_space;  // gemm_panel_space_bytes() of at least `rows` rows
};

// Compute `rows` rows for the panels [panel_begin, panel_end). After the last activation of a row's segment
// of odd length one more is read, and multiplied by zero.
void gemm_run(const GemmShape& shape, const void* packed, const Requant& requant, QType type,
              std::int32_t panel_begin, std::int32_t panel_end, const GemmRows& rows);

// A product whose rows are contiguous 8-bit activations: fully connected layers and 1x1 convolutions.
struct DenseShape {
  GemmShape gemm;  // one segment
  std::int64_t rows;
  QType type;
  std::int32_t input_zero_point;
};

[[nodiscard]] std::int32_t dense_units(const DenseShape& shape);
[[nodiscard]] std::size_t dense_scratch_bytes(const DenseShape& shape);
void dense_run(const DenseShape& shape, const Requant& requant, const Work& work);

}  // namespace aiedge::kernels::avx2
