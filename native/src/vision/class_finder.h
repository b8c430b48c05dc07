// The best classes (docs/processing.md, "kind: classes").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/processing.h"
#include "base/tensor.h"

namespace aiedge::vision {

struct ClassScore {
  std::uint32_t kind = 0;
  float score = 0;
};

// Allocates when it is made, never after.
class ClassFinder {
 public:
  ClassFinder(const OutputMeaning& meaning, const Tensor& output);

  // Best first; valid until the next call.
  [[nodiscard]] std::span<const ClassScore> find(const void* output);

  [[nodiscard]] std::size_t bytes() const;  // allocated

 private:
  bool softmax_;
  const Tensor* output_;
  std::size_t count_;  // of what is told
  std::vector<float> values_;
  std::vector<float> weights_;
  std::vector<std::uint32_t> order_;
  std::vector<ClassScore> best_;
};

}  // namespace aiedge::vision
