// Pictures in, results out: a bundle's processing around its runtime.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/status.h"
#include "cpu/isa.h"
#include "model/bundle.h"
#include "vision/box_finder.h"
#include "vision/class_finder.h"
#include "vision/peak_finder.h"
#include "vision/picture.h"
#include "vision/preparer.h"

namespace aiedge::exec {

// What the outputs said; what the kind does not give is empty. Valid until the next run.
struct Findings {
  std::span<const vision::Box> boxes;
  std::span<const vision::Peak> peaks;
  std::span<const vision::ClassScore> classes;
  float score = 0.0F;
};

// Allocates when it is made, never after.
class Processor {
 public:
  // For a bundle and its processing, which outlive it. May throw std::bad_alloc.
  [[nodiscard]] static Result<std::unique_ptr<Processor>> make(const model::Bundle& bundle,
                                                               const Processing& processing, cpu::Isa isa);

  // Whether the picture can be taken: sizes, and a reference where one is needed. `reference` may be null.
  [[nodiscard]] Status check(const vision::Picture& picture, const vision::Picture* reference) const;

  // Fill the inputs for a picture that was checked: the caller's, or those of this object when null.
  void prepare(const vision::Picture& picture, const vision::Picture* reference, void* const* inputs);

  [[nodiscard]] bool needs_reference() const;

  [[nodiscard]] const void* const* inputs() const { return input_data_.data(); }
  [[nodiscard]] void* const* outputs() const { return output_data_.data(); }

  // Read the outputs after a run with inputs() and outputs().
  [[nodiscard]] Findings read(float threshold);
  // Anomaly: all values; segmentation: a class for each cell. Of the last run.
  void copy_values(float* values) const;
  void copy_mask(std::uint8_t* mask) const;

  [[nodiscard]] const OutputMeaning& meaning() const { return processing_->output; }
  [[nodiscard]] const Tensor& output(std::uint32_t index) const { return *output_tensors_[index]; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }  // allocated

 private:
  explicit Processor(const Processing& processing) : processing_(&processing) {}
  Status allocate(const model::Bundle& bundle);
  void make_finders();
  void count_bytes();

  const Processing* processing_;
  std::vector<vision::Preparer> preparers_;
  std::vector<const Tensor*> output_tensors_;
  Buffer buffer_;  // of inputs and outputs
  std::vector<const void*> input_data_;
  std::vector<void*> input_room_;
  std::vector<void*> output_data_;
  vision::Fit fit_;  // of the picture in the first input
  std::optional<vision::BoxFinder> boxes_;
  std::optional<vision::PeakFinder> peaks_;
  std::optional<vision::ClassFinder> classes_;
  std::size_t bytes_ = 0;
};

}  // namespace aiedge::exec
