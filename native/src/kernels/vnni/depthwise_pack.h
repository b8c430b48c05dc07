// What a depthwise convolution works out at load: the packed block.
#pragma once

#include "kernels/vnni/depthwise_layout.h"
#include "kernels/vnni/depthwise_tiles.h"

namespace aiedge::kernels::AIEDGE_VNNI {

// The packed block begins with this. Then, for full blocks of channels and for the rest, where each dot's
// pairs lie, from the strip's first; then the records.
struct DepthwiseHeader {
  DepthwiseLayout layout;
  DepthwiseWeights weights;
  std::int32_t bounded;  // not 0: no sum times its scale can leave the range of int32
  std::int64_t full_dots, rest_dots, records, record_bytes, end;  // places in the packed block
};

[[nodiscard]] std::size_t depthwise_packed_bytes(const DepthwiseConv2DArgs& args);
void depthwise_pack(const DepthwiseConv2DArgs& args, void* packed);

}  // namespace aiedge::kernels::AIEDGE_VNNI
