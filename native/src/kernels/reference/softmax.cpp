#include "kernels/softmax.h"

#include <algorithm>

#include "kernels/reference/requant.h"

namespace aiedge::kernels {
namespace {

// A unit is one row.
std::int32_t units(const SoftmaxArgs& a) { return a.rows; }

template <typename T>
void row(const SoftmaxArgs& a, const T* x, T* y) {
  const T max = *std::max_element(x, x + a.depth);
  float sum = 0.0F;
  const auto exponential = [&](std::int32_t i) { return a.table[static_cast<std::uint8_t>(max - x[i])]; };
  for (std::int32_t i = 0; i < a.depth; ++i) sum += exponential(i);
  const float inverse = 1.0F / (sum * a.output_scale);
  for (std::int32_t i = 0; i < a.depth; ++i) {
    const float scaled = exponential(i) * inverse;
    const std::int32_t half_up =
        static_cast<std::int32_t>(scaled + 0.5F);  // NOLINT(bugprone-incorrect-roundings)
    const std::int32_t rounded = half_up + a.output_zero_point;
    y[i] = static_cast<T>(
        std::clamp<std::int32_t>(rounded, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  }
}

void run(const SoftmaxArgs& a, const Work& work) {
  with_type(a.type, [&](auto type) {
    using T = decltype(type);
    for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
      const std::ptrdiff_t offset = std::ptrdiff_t{unit} * a.depth;
      row(a, static_cast<const T*>(work.input[0]) + offset, static_cast<T*>(work.output) + offset);
    }
  });
}

}  // namespace

const Kernel<SoftmaxArgs> softmax_reference = {
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
