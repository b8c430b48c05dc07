// Anomaly scores and masks (docs/processing.md).
#pragma once

#include <cstdint>

#include "base/tensor.h"

namespace aiedge::vision {

// The greatest of all values, or their mean.
[[nodiscard]] float anomaly_score(const Tensor& map, const void* data, bool mean);

// All values.
void copy_values(const Tensor& tensor, const void* data, float* values);

// The class of each cell of (1, rows, columns, classes).
void take_mask(const Tensor& tensor, const void* data, std::uint8_t* mask);

}  // namespace aiedge::vision
