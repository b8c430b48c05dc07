// How a depthwise convolution is cut into pieces that fill vectors: all of it is known at load.
#pragma once

#include "kernels/depthwise_conv_2d.h"
#include "kernels/vnni/depthwise_pairs.h"

namespace aiedge::kernels::AIEDGE_VNNI {

// Which rows become quads (depthwise_pairs.h). Output rows come in strips that share their quads: strip t
// needs `quads` of them, from input row t * step - pad_top on.
struct RowScheme {
  std::int32_t rows;  // output rows of a strip, 1 to 4
  std::int32_t quads;
  std::int32_t step;
  std::int32_t
      pair_step;  // the next strip is as many pairs of rows away, and shares the others: 1, 2; else 0
};

// Quads that begin with one of the columns of a phase, moved by `residue` bytes: a vector of quads can only
// begin at a multiple of sixteen bytes.
struct Area {
  std::int32_t phase;  // of the stride
  std::int32_t residue;
};

// The columns of one phase that are in the image.
struct PhaseColumns {
  std::int32_t first;  // in the image
  std::int32_t count;
  std::int64_t place;  // of the first among the phase's columns, padding included
};
constexpr std::int32_t kMostStride = 8;

// A block of channels. Each vector has whole pixels of `width` channels, a power of two.
struct BlockLayout {
  std::int32_t channels;  // that exist, at most `width`
  std::int32_t width;
  std::int32_t pixels;   // of a vector
  std::int32_t vectors;  // of an output row
  bool contiguous;       // the columns of a row are neighbours, without other channels between them
  bool
      staged;  // rows are copied before they are interleaved, with padding, each phase's columns side by side
  bool scattered;  // the pixels of an output vector are not neighbours
  std::int32_t area_count;
  Area areas[kMostAreas];
  std::int32_t strips;        // that are computed together
  std::int32_t pairs;         // of rows that they need
  std::int64_t window_bytes;  // of a plane, from the first column of the window to the last
  std::int64_t needed_bytes;  // of a plane
  std::int64_t plane_bytes;
  std::int64_t area_bytes;
  std::int64_t pair_bytes;
  std::int64_t staged_phase_bytes;
  std::int64_t staged_row_bytes;
};

struct DepthwiseLayout {
  RowScheme scheme;
  std::int32_t dots;
  std::int32_t strips;  // of an image
  std::int32_t used_columns;
  PhaseColumns phases[kMostStride];
  std::int32_t full_blocks;  // of as many channels as a vector has bytes
  std::int32_t blocks;       // one more where channels are left
  BlockLayout full, rest;
};

// Whether a layer is of a size that makes sense. The others are for such layers only.
[[nodiscard]] bool is_modest(const DepthwiseConv2DArgs& args);
[[nodiscard]] DepthwiseLayout layout_of(const DepthwiseConv2DArgs& args);
[[nodiscard]] std::int32_t strips_of(const DepthwiseConv2DArgs& args);  // of an image
// Where the quads of a dot (a column of the window within one quad of rows) lie, from a strip's first.
[[nodiscard]] std::int64_t dot_offset(const DepthwiseConv2DArgs& args, const BlockLayout& block,
                                      std::int32_t dot);

}  // namespace aiedge::kernels::AIEDGE_VNNI
