#include "vision/peak_finder.h"

#include <algorithm>

#include "vision/values.h"

namespace aiedge::vision {

PeakFinder::PeakFinder(const OutputMeaning& meaning, const Tensor& heat)
    : meaning_(meaning), heat_(&heat), scores_(heat) {
  const Level& level = meaning.levels[0];
  const std::size_t cells = static_cast<std::size_t>(level.rows) * static_cast<std::size_t>(level.columns);
  candidates_.resize(cells);
  taken_.resize(cells);
  peaks_.resize(meaning.limit);
}

std::size_t PeakFinder::bytes() const {
  return candidates_.size() * sizeof(Candidate) + taken_.size() + peaks_.size() * sizeof(Peak);
}

std::span<const Peak> PeakFinder::find(const void* heat, const Fit& fit, float threshold) {
  const Values values(*heat_, heat);
  const auto kinds = static_cast<std::size_t>(heat_->shape.last());
  const Level& level = meaning_.levels[0];
  std::size_t count = 0;
  for (std::size_t cell = 0; cell < taken_.size(); ++cell) {
    const float score = scores_.of_greatest(values, cell * kinds, kinds);
    if (!(score >= threshold)) continue;
    candidates_[count++] = {values.greatest(cell * kinds, kinds), score, static_cast<std::uint32_t>(cell)};
  }
  const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(count);
  std::sort(candidates_.begin(), end, [](const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.cell < b.cell;
  });
  std::fill(taken_.begin(), taken_.end(), std::uint8_t{0});
  const Undo to_x = undo_x(fit);
  const Undo to_y = undo_y(fit);
  const auto stride = static_cast<float>(level.stride_px);
  const auto columns = static_cast<std::size_t>(level.columns);
  std::size_t kept = 0;
  std::size_t seen = 0;
  for (auto at = candidates_.begin(); at != end && kept < meaning_.limit; ++at) {
    if (taken_[at->cell] != 0) continue;
    ++kept;
    take(at->cell);
    const std::size_t row = at->cell / columns;
    const float x = to_x((static_cast<float>(at->cell % columns) + 0.5F) * stride);
    const float y = to_y((static_cast<float>(row) + 0.5F) * stride);
    const bool inside =
        x >= 0.0F && x <= static_cast<float>(fit.width) && y >= 0.0F && y <= static_cast<float>(fit.height);
    if (!inside) continue;
    const std::size_t kind = values.first_greatest(at->cell * kinds, kinds);
    peaks_[seen++] = {x, y, at->score, static_cast<std::uint32_t>(kind)};
  }
  return {peaks_.data(), seen};
}

// No other peak is this near.
void PeakFinder::take(std::size_t cell) {
  const auto columns = static_cast<std::size_t>(meaning_.levels[0].columns);
  const auto rows = static_cast<std::size_t>(meaning_.levels[0].rows);
  const auto reach = static_cast<std::size_t>(meaning_.neighbourhood);
  const std::size_t row = cell / columns;
  const std::size_t column = cell % columns;
  const std::size_t left = column - std::min(column, reach);
  const std::size_t right = std::min(column + reach + 1, columns);
  for (std::size_t y = row - std::min(row, reach); y < std::min(row + reach + 1, rows); ++y) {
    std::fill_n(taken_.begin() + static_cast<std::ptrdiff_t>(y * columns + left), right - left,
                std::uint8_t{1});
  }
}

}  // namespace aiedge::vision
