#include "kernels/mean.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is one image.
std::int32_t units(const MeanArgs& a) { return a.batch; }

void run(const MeanArgs& a, const Work& work) {
  with_type(a.type, [&](auto type) {
    using T = decltype(type);
    for (std::int32_t image = work.begin; image < work.end; ++image) {
      const T* x = static_cast<const T*>(work.input[0]) + std::ptrdiff_t{image} * a.positions * a.channels;
      T* y = static_cast<T*>(work.output) + std::ptrdiff_t{image} * a.channels;
      for (std::int32_t c = 0; c < a.channels; ++c) {
        std::int32_t sum = 0;
        for (std::int32_t p = 0; p < a.positions; ++p) {
          sum += x[std::ptrdiff_t{p} * a.channels + c];
        }
        const float mean = static_cast<float>(sum) * a.scale + a.bias;
        y[c] = static_cast<T>(std::nearbyint(
            std::clamp<float>(mean, std::numeric_limits<T>::min(), std::numeric_limits<T>::max())));
      }
    }
  });
}

}  // namespace

const Kernel<MeanArgs> mean_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
