#include "kernels/argmax.h"

#include <cstring>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is one index of the outer axes.
std::int32_t units(const ArgMaxArgs& a) { return a.outer; }

template <typename T>
std::int32_t first_greatest(const T* x, std::int32_t size, std::int32_t stride) {
  std::int32_t greatest = 0;
  for (std::int32_t k = 1; k < size; ++k) {
    if (x[std::int64_t{k} * stride] > x[std::int64_t{greatest} * stride]) greatest = k;
  }
  return greatest;
}

void run(const ArgMaxArgs& a, const Work& work) {
  with_type(a.type, [&](auto type) {
    using T = decltype(type);
    for (std::int64_t outer = work.begin; outer < work.end; ++outer) {
      const T* x = static_cast<const T*>(work.input[0]) + outer * a.size * a.inner;
      for (std::int64_t i = 0; i < a.inner; ++i) {
        const std::int32_t index = first_greatest(x + i, a.size, a.inner);
        const std::int64_t place = (outer * a.inner + i) * std::int64_t{sizeof index};
        std::memcpy(static_cast<std::uint8_t*>(work.output) + place, &index, sizeof index);
      }
    }
  });
}

}  // namespace

const Kernel<ArgMaxArgs> argmax_reference = {
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
