#include "exec/processor.h"

#include <algorithm>

#include "base/checked.h"
#include "cpu/detect.h"
#include "vision/maps.h"
#include "vision/rows.h"

namespace aiedge::exec {
namespace {

Status invalid(const char* what) { return Status::error(Code::kInvalidArgument, "%s", what); }

Status check_size(const vision::Picture& picture) {
  const bool fits = picture.width >= 1 && picture.height >= 1 && picture.width <= kMaxSidePx &&
                    picture.height <= kMaxSidePx;
  if (!fits) return invalid("a picture's side is not 1 to 16384 px");
  const auto row = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels());
  if (picture.data == nullptr || picture.stride_bytes < row) {
    return invalid("a picture's data are null, or its stride is less than a row");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Processor>> Processor::make(const model::Bundle& bundle, const Processing& processing,
                                                   cpu::Isa isa) {
  std::unique_ptr<Processor> processor(new Processor(processing));
  const vision::RowFunctions& rows = vision::best_rows(cpu::includes(isa, cpu::Isa::kAvx2));
  processor->preparers_.reserve(bundle.inputs.size());
  for (std::size_t i = 0; i < bundle.inputs.size(); ++i) {
    const Tensor& tensor = bundle.tensors[bundle.inputs[i]];
    processor->preparers_.emplace_back(processing.inputs[i], tensor, rows);
  }
  AIEDGE_TRY(processor->allocate(bundle));
  processor->make_finders();
  processor->count_bytes();
  return processor;
}

Status Processor::allocate(const model::Bundle& bundle) {
  std::size_t bytes = 0;
  const auto add = [&](std::uint32_t tensor) {
    const std::size_t offset = bytes;
    bytes += round_up(bundle.tensors[tensor].bytes(), kAlignment);
    return offset;
  };
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
  for (const std::uint32_t tensor : bundle.inputs) inputs.push_back(add(tensor));
  for (const std::uint32_t tensor : bundle.outputs) outputs.push_back(add(tensor));
  buffer_ = Buffer::zeroed(bytes);
  if (buffer_.empty()) return Status::error(Code::kOutOfMemory, "there is not enough memory");
  for (const std::size_t offset : inputs) {
    input_room_.push_back(buffer_.data() + offset);
    input_data_.push_back(buffer_.data() + offset);
  }
  for (const std::size_t offset : outputs) output_data_.push_back(buffer_.data() + offset);
  for (const std::uint32_t tensor : bundle.outputs) output_tensors_.push_back(&bundle.tensors[tensor]);
  return {};
}

void Processor::make_finders() {
  const OutputMeaning& meaning = processing_->output;
  const Tensor& first = *output_tensors_[meaning.levels[0].classes];
  if (meaning.kind == OutputKind::kBoxes) boxes_.emplace(meaning, output_tensors_);
  if (meaning.kind == OutputKind::kPeaks) peaks_.emplace(meaning, first);
  if (meaning.kind == OutputKind::kClasses) classes_.emplace(meaning, first);
}

void Processor::count_bytes() {
  bytes_ = buffer_.size();
  for (const vision::Preparer& preparer : preparers_) bytes_ += preparer.bytes();
  if (boxes_) bytes_ += boxes_->bytes();
  if (peaks_) bytes_ += peaks_->bytes();
  if (classes_) bytes_ += classes_->bytes();
}

Status Processor::check(const vision::Picture& picture, const vision::Picture* reference) const {
  AIEDGE_TRY(check_size(picture));
  if (reference != nullptr) {
    AIEDGE_TRY(check_size(*reference));
    if (reference->width != picture.width || reference->height != picture.height) {
      return invalid("picture and reference are not of one size");
    }
  }
  for (const vision::Preparer& preparer : preparers_) {
    if (preparer.input().source == Source::kPair && reference == nullptr) {
      return invalid("the model compares a picture with a reference, and none was given");
    }
    if (preparer.input().fit == FitMode::kExact &&
        (picture.width != preparer.width() || picture.height != preparer.height())) {
      return Status::error(Code::kInvalidArgument, "the picture has %d x %d px, the model takes %d x %d",
                           picture.width, picture.height, preparer.width(), preparer.height());
    }
  }
  return {};
}

bool Processor::needs_reference() const {
  return std::any_of(preparers_.begin(), preparers_.end(), [](const vision::Preparer& preparer) {
    return preparer.input().source == Source::kPair;
  });
}

void Processor::prepare(const vision::Picture& picture, const vision::Picture* reference,
                        void* const* inputs) {
  for (std::size_t i = 0; i < preparers_.size(); ++i) {
    vision::Preparer& preparer = preparers_[i];
    const bool pair = preparer.input().source == Source::kPair;
    preparer.run(picture, pair ? reference : nullptr, inputs == nullptr ? input_room_[i] : inputs[i]);
  }
  const vision::Preparer& first = preparers_[0];
  fit_ = vision::place(picture.width, picture.height, first.width(), first.height(), first.input().fit);
}

Findings Processor::read(float threshold) {
  const OutputMeaning& meaning = processing_->output;
  const std::uint32_t index = meaning.levels[0].classes;
  Findings findings;
  if (boxes_) findings.boxes = boxes_->find(output_data_.data(), fit_, threshold);
  if (peaks_) findings.peaks = peaks_->find(output_data_[index], fit_, threshold);
  if (classes_) findings.classes = classes_->find(output_data_[index]);
  if (meaning.kind == OutputKind::kAnomaly) {
    findings.score = vision::anomaly_score(*output_tensors_[index], output_data_[index], meaning.mean);
  }
  return findings;
}

void Processor::copy_values(float* values) const {
  const std::uint32_t index = processing_->output.levels[0].classes;
  vision::copy_values(*output_tensors_[index], output_data_[index], values);
}

void Processor::copy_mask(std::uint8_t* mask) const {
  const std::uint32_t index = processing_->output.levels[0].classes;
  vision::take_mask(*output_tensors_[index], output_data_[index], mask);
}

}  // namespace aiedge::exec
