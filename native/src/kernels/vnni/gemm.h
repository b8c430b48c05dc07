// Matrix product of the dot-product kernels: rows of unsigned activations times packed signed weights,
// requantized.
//
// A channel's weights less the weights' zero point are 9-bit numbers. Where one does not fit 8 bits, all of
// the channel's are shifted by one number so that they do, and that number times the sum of the row's
// activations is added: the sum is computed once for all channels, and not at all where no channel needs it.
//
// The sum over a row may run over several segments in different places of memory (the kernel's rows of a
// convolution), so that nothing has to be gathered first.
#pragma once

#include "kernels/vnni/vector.h"

namespace aiedge::kernels::AIEDGE_VNNI {

struct GemmShape {
  std::int32_t out_c;
  std::int32_t segments;        // of one row's sum
  std::int32_t segment_length;  // activations
  std::int32_t rows;            // of a line, as gemm_run() will get them; the last lines may be shorter
  bool single_row;              // there is one row only
};

[[nodiscard]] std::int32_t gemm_panels(const GemmShape& shape);
[[nodiscard]] std::size_t gemm_packed_bytes(const GemmShape& shape);

// weights: out_c x segments x segment_length. unsigned_zero_point: that of the activations.
void gemm_pack(const GemmShape& shape, const void* weights, QType weight_type, std::int32_t weight_zero_point,
               const std::int32_t* bias, const float* scale, std::int32_t unsigned_zero_point, void* packed);

// Lines of rows: within a line all segments of a row lie by one stride behind those of the row before.
struct GemmRows {
  const std::uint8_t* const* segments;  // where each segment of each line's first row begins
  std::ptrdiff_t row_stride;            // activations
  std::int32_t rows;                    // of a line
  std::int32_t lines;
  std::int32_t flip;     // what each quad of activations is still to be flipped by; 0 unless there is one row
  std::uint8_t* output;  // the first row's first channel
  std::ptrdiff_t output_stride;
  std::int32_t* window_sums;  // room for one number for each row of each line
};

// Compute all rows for the panels [panel_begin, panel_end). After the last activation of a row's segment
// up to three more are read, and multiplied by zero.
void gemm_run(const GemmShape& shape, const void* packed, const Requant& requant, std::int32_t panel_begin,
              std::int32_t panel_end, const GemmRows& rows);

// A product whose rows are contiguous 8-bit activations: fully connected layers and 1x1 convolutions.
struct DenseShape {
  GemmShape gemm;  // one segment
  std::int64_t rows;
  QType type;
};

[[nodiscard]] std::int32_t dense_units(const DenseShape& shape);
[[nodiscard]] std::size_t dense_scratch_bytes(const DenseShape& shape);
void dense_run(const DenseShape& shape, const Requant& requant, const Work& work);

}  // namespace aiedge::kernels::AIEDGE_VNNI
