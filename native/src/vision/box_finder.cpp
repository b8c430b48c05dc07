#include "vision/box_finder.h"

#include <algorithm>
#include <cmath>

namespace aiedge::vision {
namespace {

constexpr std::size_t kMaxCandidates = 4096;
constexpr float kFarthestPx = 16777216.0F;  // 2^24

// Also false where a coordinate is no number.
bool is_usable(const Box& box) {
  return box.x0 < box.x1 && box.y0 < box.y1 && std::fabs(box.x0) <= kFarthestPx &&
         std::fabs(box.y0) <= kFarthestPx && std::fabs(box.x1) <= kFarthestPx &&
         std::fabs(box.y1) <= kFarthestPx;
}

float area(const Box& box) { return (box.x1 - box.x0) * (box.y1 - box.y0); }

// Intersection over union.
float overlap(const Box& a, float a_area, const Box& b, float b_area) {
  const float width = std::min(a.x1, b.x1) - std::max(a.x0, b.x0);
  const float height = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  const float shared = width > 0.0F && height > 0.0F ? width * height : 0.0F;
  return shared / ((a_area + b_area) - shared);
}

float held(float value, float greatest) { return std::min(std::max(value, 0.0F), greatest); }

}  // namespace

BoxFinder::BoxFinder(const OutputMeaning& meaning, std::span<const Tensor* const> outputs)
    : meaning_(meaning) {
  std::size_t cells = 0;
  grids_.reserve(meaning.levels.size());
  for (const Level& level : meaning.levels) {
    const Tensor* classes = outputs[level.classes];
    const Tensor* objectness = level.objectness == Level::kNone ? nullptr : outputs[level.objectness];
    const std::size_t count = static_cast<std::size_t>(level.rows) * static_cast<std::size_t>(level.columns);
    grids_.push_back({level, classes, outputs[level.boxes], objectness, Logistic(*classes),
                      Logistic(objectness == nullptr ? *classes : *objectness),
                      static_cast<std::size_t>(classes->shape.last()), cells, count});
    cells += count;
  }
  candidates_.resize(cells);
  boxes_.resize(std::min(cells, kMaxCandidates));
  areas_.resize(boxes_.size());
  alive_.resize(boxes_.size());
}

std::size_t BoxFinder::bytes() const {
  return grids_.size() * sizeof(Grid) + candidates_.size() * sizeof(Candidate) +
         boxes_.size() * (sizeof(Box) + sizeof(float) + 1);
}

std::span<const Box> BoxFinder::find(const void* const* outputs, const Fit& fit, float threshold) {
  collect(outputs, threshold);
  keep_best();
  box_count_ = 0;
  for (std::size_t i = 0; i < candidate_count_; ++i) {
    const Box box = decode(candidates_[i], outputs);
    if (is_usable(box)) boxes_[box_count_++] = box;
  }
  suppress();
  onto_picture(fit);
  return {boxes_.data(), box_count_};
}

void BoxFinder::collect(const void* const* outputs, float threshold) {
  candidate_count_ = 0;
  for (const Grid& grid : grids_) {
    const Values classes(*grid.classes, outputs[grid.level.classes]);
    const bool has_objectness = grid.objectness != nullptr;
    const Values objectness =
        has_objectness ? Values(*grid.objectness, outputs[grid.level.objectness]) : Values();
    for (std::size_t cell = 0; cell < grid.cells; ++cell) {
      float score = 1.0F;
      if (has_objectness) {
        score = grid.objectness_scores.of_greatest(objectness, cell, 1);
        if (!(score >= threshold)) continue;  // no class makes it greater
      }
      score *= grid.class_scores.of_greatest(classes, cell * grid.kinds, grid.kinds);
      if (score >= threshold)
        candidates_[candidate_count_++] = {score, static_cast<std::uint32_t>(grid.first_cell + cell)};
    }
  }
}

// Sorted: the best first, equal ones by their cell.
void BoxFinder::keep_best() {
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score > b.score : a.cell < b.cell;
  };
  const auto begin = candidates_.begin();
  auto end = begin + static_cast<std::ptrdiff_t>(candidate_count_);
  if (candidate_count_ > kMaxCandidates) {
    const auto cut = begin + static_cast<std::ptrdiff_t>(kMaxCandidates);
    std::nth_element(begin, cut, end, better);
    end = cut;
    candidate_count_ = kMaxCandidates;
  }
  std::sort(begin, end, better);
}

Box BoxFinder::decode(const Candidate& candidate, const void* const* outputs) const {
  std::size_t index = grids_.size() - 1;
  while (candidate.cell < grids_[index].first_cell) --index;
  const Grid& grid = grids_[index];
  const std::size_t cell = candidate.cell - grid.first_cell;
  const auto columns = static_cast<std::size_t>(grid.level.columns);
  const auto column = static_cast<float>(cell % columns);
  const std::size_t row_index = cell / columns;  // whole rows
  const auto row = static_cast<float>(row_index);
  const auto stride = static_cast<float>(grid.level.stride_px);
  const Values classes(*grid.classes, outputs[grid.level.classes]);
  const Values numbers(*grid.boxes, outputs[grid.level.boxes]);
  Box box;
  box.score = candidate.score;
  box.kind = static_cast<std::uint32_t>(classes.first_greatest(cell * grid.kinds, grid.kinds));
  if (meaning_.decoder == Decoder::kCentreSize) {
    const float x = (column + numbers[4 * cell]) * stride;
    const float y = (row + numbers[4 * cell + 1]) * stride;
    const float half_width = static_cast<float>(exp64(numbers[4 * cell + 2])) * stride * 0.5F;
    const float half_height = static_cast<float>(exp64(numbers[4 * cell + 3])) * stride * 0.5F;
    box.x0 = x - half_width;
    box.y0 = y - half_height;
    box.x1 = x + half_width;
    box.y1 = y + half_height;
    return box;
  }
  const std::array<float, 4> to = distances(numbers, cell);
  const float x = (column + 0.5F) * stride;
  const float y = (row + 0.5F) * stride;
  box.x0 = x - to[0] * stride;
  box.y0 = y - to[1] * stride;
  box.x1 = x + to[2] * stride;
  box.y1 = y + to[3] * stride;
  return box;
}

// Left, top, right, bottom, in strides.
std::array<float, 4> BoxFinder::distances(const Values& values, std::size_t cell) const {
  std::array<float, 4> found = {};
  if (meaning_.decoder == Decoder::kDistances) {
    for (std::size_t side = 0; side < 4; ++side) found[side] = values[4 * cell + side];
    return found;
  }
  const auto bins = static_cast<std::size_t>(meaning_.bins);
  for (std::size_t side = 0; side < 4; ++side) {
    const std::size_t begin = (4 * cell + side) * bins;
    const float greatest = values.greatest(begin, bins);
    float sum = 0.0F;
    float weighted = 0.0F;
    for (std::size_t k = 0; k < bins; ++k) {
      const auto e = static_cast<float>(exp64(static_cast<double>(values[begin + k] - greatest)));
      sum = k == 0 ? e : sum + e;
      weighted = k == 0 ? e * 0.0F : weighted + e * static_cast<float>(k);
    }
    found[side] = weighted / sum;
  }
  return found;
}

// Greedy: boxes_ is sorted; what is kept moves to its front.
void BoxFinder::suppress() {
  for (std::size_t i = 0; i < box_count_; ++i) areas_[i] = area(boxes_[i]);
  std::fill_n(alive_.begin(), box_count_, std::uint8_t{1});
  std::size_t kept = 0;
  for (std::size_t best = 0; best < box_count_ && kept < meaning_.limit; ++best) {
    if (alive_[best] == 0) continue;
    const Box box = boxes_[best];
    for (std::size_t i = best + 1; i < box_count_; ++i) {
      if (alive_[i] == 0 || (!meaning_.class_agnostic && boxes_[i].kind != box.kind)) continue;
      if (overlap(boxes_[i], areas_[i], box, areas_[best]) > meaning_.iou) alive_[i] = 0;
    }
    boxes_[kept++] = box;  // kept <= best
  }
  box_count_ = kept;
}

void BoxFinder::onto_picture(const Fit& fit) {
  const Undo x = undo_x(fit);
  const Undo y = undo_y(fit);
  const auto width = static_cast<float>(fit.width);
  const auto height = static_cast<float>(fit.height);
  std::size_t seen = 0;
  for (std::size_t i = 0; i < box_count_; ++i) {
    Box box = boxes_[i];
    box.x0 = held(x(box.x0), width);
    box.y0 = held(y(box.y0), height);
    box.x1 = held(x(box.x1), width);
    box.y1 = held(y(box.y1), height);
    if (box.x0 < box.x1 && box.y0 < box.y1) boxes_[seen++] = box;
  }
  box_count_ = seen;
}

}  // namespace aiedge::vision
