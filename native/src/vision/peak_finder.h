// Places where a heat map peaks (docs/processing.md, "kind: peaks").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/processing.h"
#include "base/tensor.h"
#include "vision/fit.h"
#include "vision/logistic.h"

namespace aiedge::vision {

struct Peak {
  float x = 0, y = 0;  // px
  float score = 0;
  std::uint32_t kind = 0;
};

// Allocates when it is made, never after.
class PeakFinder {
 public:
  PeakFinder(const OutputMeaning& meaning, const Tensor& heat);

  // Best first, in px of the picture that `fit` placed; valid until the next call.
  [[nodiscard]] std::span<const Peak> find(const void* heat, const Fit& fit, float threshold);

  [[nodiscard]] std::size_t bytes() const;  // allocated

 private:
  struct Candidate {
    float logit;
    float score;
    std::uint32_t cell;
  };

  void take(std::size_t cell);

  const OutputMeaning meaning_;
  const Tensor* heat_;
  Logistic scores_;
  std::vector<Candidate> candidates_;
  std::vector<std::uint8_t> taken_;  // cells near a peak
  std::vector<Peak> peaks_;
};

}  // namespace aiedge::vision
