#include "vision/class_finder.h"

#include <algorithm>
#include <numeric>

#include "base/exp64.h"
#include "vision/values.h"

namespace aiedge::vision {

ClassFinder::ClassFinder(const OutputMeaning& meaning, const Tensor& output)
    : softmax_(meaning.softmax), output_(&output) {
  const auto kinds = static_cast<std::size_t>(output.elements);
  count_ = std::min<std::size_t>(meaning.limit, kinds);
  values_.resize(kinds);
  weights_.resize(kinds);
  order_.resize(kinds);
  best_.resize(count_);
}

std::size_t ClassFinder::bytes() const {
  return values_.size() * 2 * sizeof(float) + order_.size() * sizeof(std::uint32_t) +
         best_.size() * sizeof(ClassScore);
}

std::span<const ClassScore> ClassFinder::find(const void* output) {
  const Values values(*output_, output);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] = values[i];
  std::iota(order_.begin(), order_.end(), 0U);
  const auto cut = order_.begin() + static_cast<std::ptrdiff_t>(count_);
  std::partial_sort(order_.begin(), cut, order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return values_[a] != values_[b] ? values_[a] > values_[b] : a < b;
  });
  float sum = 0.0F;
  if (softmax_) {
    const float greatest = values_[order_[0]];
    for (std::size_t i = 0; i < values_.size(); ++i) {
      weights_[i] = static_cast<float>(exp64(static_cast<double>(values_[i] - greatest)));
      sum = i == 0 ? weights_[i] : sum + weights_[i];
    }
  }
  for (std::size_t i = 0; i < count_; ++i) {
    const std::uint32_t kind = order_[i];
    best_[i] = {kind, softmax_ ? weights_[kind] / sum : values_[kind]};
  }
  return best_;
}

}  // namespace aiedge::vision
