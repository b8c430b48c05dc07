// Boxes out of a detector's grids (docs/processing.md, "kind: boxes").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/processing.h"
#include "base/tensor.h"
#include "vision/fit.h"
#include "vision/logistic.h"
#include "vision/values.h"

namespace aiedge::vision {

struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // px
  float score = 0;
  std::uint32_t kind = 0;
};

// Allocates when it is made, never after.
class BoxFinder {
 public:
  // `outputs` are those of the graph, in order.
  BoxFinder(const OutputMeaning& meaning, std::span<const Tensor* const> outputs);

  // The boxes whose score reaches the threshold, best first, in px of the picture that `fit` placed; valid
  // until the next call. outputs[i] points to the values of the i-th output.
  [[nodiscard]] std::span<const Box> find(const void* const* outputs, const Fit& fit, float threshold);

  [[nodiscard]] std::size_t bytes() const;  // allocated

 private:
  struct Grid {
    Level level;
    const Tensor* classes;
    const Tensor* boxes;
    const Tensor* objectness;  // null: none
    Logistic class_scores;
    Logistic objectness_scores;
    std::size_t kinds;
    std::size_t first_cell;  // among all grids' cells
    std::size_t cells;
  };
  struct Candidate {
    float score;
    std::uint32_t cell;  // among all grids'
  };

  void collect(const void* const* outputs, float threshold);
  void keep_best();
  [[nodiscard]] Box decode(const Candidate& candidate, const void* const* outputs) const;
  [[nodiscard]] std::array<float, 4> distances(const Values& values, std::size_t cell) const;
  void suppress();
  void onto_picture(const Fit& fit);

  OutputMeaning meaning_;
  std::vector<Grid> grids_;
  std::vector<Candidate> candidates_;
  std::size_t candidate_count_ = 0;
  std::vector<Box> boxes_;
  std::vector<float> areas_;
  std::vector<std::uint8_t> alive_;
  std::size_t box_count_ = 0;
};

}  // namespace aiedge::vision
