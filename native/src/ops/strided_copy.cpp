#include "ops/strided_copy.h"

#include <vector>

#include "kernels/strided_copy.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {

std::unique_ptr<Step> make_strided_copy(const std::array<CopyAxis, kMaxRank>& axes, std::int32_t rank,
                                        std::int32_t first, DType dtype, cpu::Isa isa) {
  kernels::StridedCopyArgs args{};
  args.element_bytes = static_cast<std::int32_t>(size_of(dtype));
  args.first = first;
  for (std::int32_t i = 0; i < rank; ++i) {
    const CopyAxis& axis = axes[static_cast<std::size_t>(i)];
    if (axis.size == 1) continue;
    const std::int32_t last = args.axes - 1;
    if (args.axes > 0 && args.stride[last] == std::int64_t{axis.stride} * axis.size) {
      args.size[last] *= axis.size;
      args.stride[last] = axis.stride;
    } else {
      args.size[args.axes] = axis.size;
      args.stride[args.axes] = axis.stride;
      ++args.axes;
    }
  }
  if (args.axes == 0) {  // a single element
    args.axes = 1;
    args.size[0] = 1;
    args.stride[0] = 1;
  }
  return make_step(args, std::vector<float>(), 0, isa);
}

std::array<std::int32_t, kMaxRank> strides_of(const Shape& shape) {
  std::array<std::int32_t, kMaxRank> strides = {};
  std::int32_t stride = 1;
  for (std::int32_t i = shape.rank - 1; i >= 0; --i) {
    strides[static_cast<std::size_t>(i)] = stride;
    stride *= shape[i];
  }
  return strides;
}

}  // namespace aiedge::ops
