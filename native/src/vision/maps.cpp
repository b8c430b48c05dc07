#include "vision/maps.h"

#include <cmath>
#include <cstddef>
#include <limits>

#include "vision/values.h"

namespace aiedge::vision {

float anomaly_score(const Tensor& map, const void* data, bool mean) {
  const Values all(map, data);
  const auto count = static_cast<std::size_t>(map.elements);
  for (std::size_t i = 0; all.is_float() && i < count; ++i) {
    // What is no number has come as the least of all. A model that fails must not find its part good.
    if (std::isinf(all[i]) && all[i] < 0) return std::numeric_limits<float>::infinity();
  }
  if (!mean) return all.greatest(0, count);
  double sum = all[0];
  for (std::size_t i = 1; i < count; ++i) sum += all[i];
  return static_cast<float>(sum / static_cast<double>(count));
}

void copy_values(const Tensor& tensor, const void* data, float* values) {
  const Values all(tensor, data);
  for (std::size_t i = 0; i < static_cast<std::size_t>(tensor.elements); ++i) values[i] = all[i];
}

void take_mask(const Tensor& tensor, const void* data, std::uint8_t* mask) {
  const Values values(tensor, data);
  const auto kinds = static_cast<std::size_t>(tensor.shape.last());
  const std::size_t cells = static_cast<std::size_t>(tensor.elements) / kinds;
  for (std::size_t cell = 0; cell < cells; ++cell)
    mask[cell] = static_cast<std::uint8_t>(values.first_greatest(cell * kinds, kinds));
}

}  // namespace aiedge::vision
