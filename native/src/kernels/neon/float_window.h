// Which taps of a window lie inside an image. For files of this folder only; all of it has internal linkage.
#pragma once

#include <cstdint>

#include "kernels/neon/float_vector.h"

namespace aiedge::kernels::neon {
namespace {

struct Inside {
  std::int64_t begin, end;
};

[[maybe_unused]] inline std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// The taps of a window that lie inside an axis; the first one would lie at `start`.
[[maybe_unused]] inline Inside taps_inside(std::int64_t start, std::int32_t kernel, std::int32_t dilation,
                                           std::int32_t size) {
  const std::int64_t begin = start < 0 ? ceil_div(-start, dilation) : 0;
  const std::int64_t limit = start < size ? ceil_div(size - start, dilation) : 0;
  const std::int64_t end = least_of(limit, kernel);
  return {begin, end < begin ? begin : end};
}

// The output columns of a convolution whose windows lie inside the image.
template <typename Args>
inline Inside whole_columns(const Args& a) {
  const std::int64_t room =
      std::int64_t{a.in_w} - 1 - std::int64_t{a.kernel_w - 1} * a.dilation_w + a.pad_left;
  const std::int64_t end = room < 0 ? 0 : least_of(room / a.stride_w + 1, a.out_w);
  return {least_of(ceil_div(a.pad_left, a.stride_w), end), end};
}

}  // namespace
}  // namespace aiedge::kernels::neon
