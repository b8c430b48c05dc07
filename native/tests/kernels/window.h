// One axis of a sliding window, for the tests of convolutions and pooling.
#pragma once

#include <cstdint>

#include "compare.h"

namespace aiedge::test {

struct Window {
  std::int32_t size, kernel, stride, dilation, pad_before, pad_after;

  [[nodiscard]] std::int32_t output() const {
    return (size + pad_before + pad_after - ((kernel - 1) * dilation + 1)) / stride + 1;
  }
  // What the contracts allow.
  [[nodiscard]] bool valid() const {
    const std::int32_t span = (kernel - 1) * dilation + 1;
    return pad_before < span && pad_after < span && size + pad_before + pad_after >= span;
  }
};

inline Window random_window(Random& random, std::int32_t largest, std::int32_t largest_dilation) {
  for (;;) {
    const std::int32_t dilation = between(random, 0, 3) == 0 ? between(random, 1, largest_dilation) : 1;
    const Window window = {between(random, 1, largest), between(random, 1, 6),
                           between(random, 1, 3),       dilation,
                           between(random, 0, 3),       between(random, 0, 3)};
    if (window.valid()) return window;
  }
}

}  // namespace aiedge::test
