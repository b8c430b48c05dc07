// The variants of every operator, as the .def lists name them, and the choice among them.
#pragma once

#include <cstddef>
#include <span>

#include "base/status.h"
#include "cpu/detect.h"
#include "cpu/isa.h"
#include "kernels/add.h"
#include "kernels/argmax.h"
#include "kernels/average_pool_2d.h"
#include "kernels/concat.h"
#include "kernels/conv_2d.h"
#include "kernels/depthwise_conv_2d.h"
#include "kernels/dequantize.h"
#include "kernels/extremum.h"
#include "kernels/float_average_pool_2d.h"
#include "kernels/float_binary.h"
#include "kernels/float_conv_2d.h"
#include "kernels/float_depthwise_conv_2d.h"
#include "kernels/float_fully_connected.h"
#include "kernels/float_max_pool_2d.h"
#include "kernels/float_reduce.h"
#include "kernels/float_resize_bilinear.h"
#include "kernels/float_softmax.h"
#include "kernels/float_unary.h"
#include "kernels/fully_connected.h"
#include "kernels/gather.h"
#include "kernels/kernel.h"
#include "kernels/lstm.h"
#include "kernels/max_pool_2d.h"
#include "kernels/mean.h"
#include "kernels/mul.h"
#include "kernels/pad.h"
#include "kernels/prelu.h"
#include "kernels/quantize.h"
#include "kernels/requantize.h"
#include "kernels/reshape.h"
#include "kernels/resize_bilinear.h"
#include "kernels/resize_nearest.h"
#include "kernels/softmax.h"
#include "kernels/strided_copy.h"

namespace aiedge::kernels {

// All variants of the operator with these arguments, best first; the last is the reference.
template <typename Args>
[[nodiscard]] std::span<const Kernel<Args>* const> variants();

#define AIEDGE_KERNELS(Args, name) \
  template <>                      \
  std::span<const Kernel<Args>* const> variants<Args>();
#include "kernels/operators.def"
#undef AIEDGE_KERNELS

// More scratch memory than this for one thread is not worth having: 64 threads of it are 1 GiB.
inline constexpr std::size_t kMaxScratchBytes = std::size_t{1} << 24U;

// True when the variant may run on `isa`, is meant for the arguments, and is modest.
template <typename Args>
[[nodiscard]] bool fits(const Kernel<Args>& kernel, cpu::Isa isa, const Args& args) {
  if (!cpu::includes(isa, kernel.isa)) return false;
  if (kernel.supports != nullptr && !kernel.supports(args)) return false;
  return kernel.scratch_bytes == nullptr || kernel.scratch_bytes(args) <= kMaxScratchBytes;
}

// The first variant that fits. The reference fits all, so there always is one.
template <typename Args>
[[nodiscard]] const Kernel<Args>& select(cpu::Isa isa, const Args& args) {
  std::span<const Kernel<Args>* const> all = variants<Args>();
  for (const Kernel<Args>* kernel : all) {
    if (fits(*kernel, isa, args)) return *kernel;
  }
  return *all.back();
}

// The instruction set to use: `requested` (the option), else the environment's AIEDGE_ISA, else the CPU's
// best. One that is unknown or that the CPU lacks is kUnsupported. Both null and empty mean "not given".
[[nodiscard]] Result<cpu::Isa> choose_isa(const char* requested);

}  // namespace aiedge::kernels
