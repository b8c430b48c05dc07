// Random arguments for the tests of float pools.
#pragma once

#include <cstdint>

#include "compare.h"
#include "kernels/float_pool_2d.h"
#include "window.h"

namespace aiedge::test {

inline kernels::FloatPool2DArgs float_pool(std::int32_t batch, const Window& y, const Window& x,
                                           std::int32_t channels) {
  return {
      .batch = batch,
      .in_h = y.size,
      .in_w = x.size,
      .channels = channels,
      .out_h = y.output(),
      .out_w = x.output(),
      .filter_h = y.kernel,
      .filter_w = x.kernel,
      .stride_h = y.stride,
      .stride_w = x.stride,
      .pad_top = y.pad_before,
      .pad_left = x.pad_before,
  };
}

inline std::size_t inputs_of(const kernels::FloatPool2DArgs& args) {
  return std::size_t{1} * args.batch * args.in_h * args.in_w * args.channels;
}

inline std::size_t outputs_of(const kernels::FloatPool2DArgs& args) {
  return std::size_t{1} * args.batch * args.out_h * args.out_w * args.channels;
}

}  // namespace aiedge::test
