// The C API for bundles with a processing: pictures in, results out.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "aiedge/aiedge.h"
#include "exec/handle.h"

namespace {

using aiedge::Code;
using aiedge::OutputKind;
using aiedge::OutputMeaning;
using aiedge::Result;
using aiedge::Status;
using aiedge::Tensor;
using aiedge::exec::Findings;
using aiedge::exec::Processor;
using aiedge::exec::report;
using aiedge::vision::Picture;
using aiedge::vision::Pixels;

Status invalid(const char* what) { return Status::error(Code::kInvalidArgument, "%s", what); }

Result<Picture> picture_of(const aiedge_image& image) {
  if (image.pixels < AIEDGE_GREY || image.pixels > AIEDGE_BGR)
    return invalid("a picture's pixels are unknown");
  if (image.width > aiedge::kMaxSidePx || image.height > aiedge::kMaxSidePx) {
    return invalid("a picture's side is not 1 to 16384 px");
  }
  Picture picture = {.data = image.data,
                     .width = static_cast<std::int32_t>(image.width),
                     .height = static_cast<std::int32_t>(image.height),
                     .stride_bytes = image.stride_bytes,
                     .pixels = static_cast<Pixels>(image.pixels)};
  if (picture.stride_bytes == 0)
    picture.stride_bytes = image.width * static_cast<std::size_t>(picture.channels());
  return picture;
}

// Check the pictures and fill the inputs: the caller's, or the model's own when null.
Status prepare(Processor& processor, const aiedge_image* image, const aiedge_image* reference,
               void* const* inputs) {
  if (image == nullptr) return invalid("a pointer is null");
  const Result<Picture> picture = picture_of(*image);
  if (!picture.ok()) return picture.status();
  if (reference == nullptr) {
    AIEDGE_TRY(processor.check(picture.value(), nullptr));
    processor.prepare(picture.value(), nullptr, inputs);
    return {};
  }
  const Result<Picture> other = picture_of(*reference);
  if (!other.ok()) return other.status();
  AIEDGE_TRY(processor.check(picture.value(), &other.value()));
  processor.prepare(picture.value(), &other.value(), inputs);
  return {};
}

// The threshold to use: the caller's, or the bundle's.
Result<float> threshold_of(const OutputMeaning& meaning, const aiedge_process_options* given) {
  if (given == nullptr) return meaning.threshold;
  if (given->struct_bytes < sizeof *given) return invalid("options.struct_bytes is wrong");
  if (given->has_threshold == 0) return meaning.threshold;
  const float threshold = given->threshold;
  if (meaning.kind == OutputKind::kBoxes || meaning.kind == OutputKind::kPeaks) {
    if (!(threshold > 0.0F && threshold < 1.0F))
      return invalid("options.threshold is not above 0 and below 1");
  } else if (meaning.kind != OutputKind::kAnomaly) {
    return invalid("options.threshold is given for a bundle without one");
  } else if (!std::isfinite(threshold)) {
    return invalid("options.threshold is no number");
  }
  return threshold;
}

// Rows and columns of what is not a list; 0 of lists.
struct Extent {
  std::uint32_t rows, columns;
};

Extent extent_of(const Processor& processor) {
  const OutputMeaning& meaning = processor.meaning();
  const Tensor& tensor = processor.output(meaning.levels[0].classes);
  const bool is_map = meaning.kind == OutputKind::kAnomaly || meaning.kind == OutputKind::kSegmentation;
  if (!is_map) return {0, 0};
  const bool has_rows = tensor.shape.rank == 4 && tensor.shape[0] == 1 &&
                        (meaning.kind == OutputKind::kSegmentation || tensor.shape[3] == 1);
  if (!has_rows) return {1, static_cast<std::uint32_t>(tensor.elements)};
  return {static_cast<std::uint32_t>(tensor.shape[1]), static_cast<std::uint32_t>(tensor.shape[2])};
}

Status check_room(const Processor& processor, const aiedge_result* result) {
  if (result == nullptr) return invalid("a pointer is null");
  if (result->struct_bytes < sizeof *result) return invalid("result.struct_bytes is wrong");
  const bool empty = (result->finds == nullptr && result->find_capacity != 0) ||
                     (result->values == nullptr && result->value_capacity != 0) ||
                     (result->mask == nullptr && result->mask_capacity != 0);
  if (empty) return invalid("a pointer of the result is null and its capacity is not 0");
  const Extent extent = extent_of(processor);
  const std::size_t cells = std::size_t{extent.rows} * extent.columns;
  if ((result->values != nullptr && result->value_capacity < cells) ||
      (result->mask != nullptr && result->mask_capacity < cells)) {
    return invalid("the result has less room than rows x columns");
  }
  return {};
}

// One of the lists -> the caller's room.
template <typename Find, typename Convert>
void take(std::span<const Find> found, aiedge_result* result, Convert convert) {
  const std::size_t count = std::min<std::size_t>(found.size(), result->find_capacity);
  std::transform(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), result->finds, convert);
  result->find_count = static_cast<std::uint32_t>(count);
  result->find_dropped = static_cast<std::uint32_t>(found.size() - count);
}

void fill(const Processor& processor, const Findings& findings, float threshold, aiedge_result* result) {
  result->find_count = 0;
  result->find_dropped = 0;
  result->score = findings.score;
  result->is_anomalous = 0;
  switch (processor.meaning().kind) {
    case OutputKind::kClasses:
      take(findings.classes, result, [](const aiedge::vision::ClassScore& one) {
        return aiedge_find{0.0F, 0.0F, 0.0F, 0.0F, one.score, one.kind};
      });
      break;
    case OutputKind::kBoxes:
      take(findings.boxes, result, [](const aiedge::vision::Box& box) {
        return aiedge_find{box.x0, box.y0, box.x1, box.y1, box.score, box.kind};
      });
      break;
    case OutputKind::kPeaks:
      take(findings.peaks, result, [](const aiedge::vision::Peak& peak) {
        return aiedge_find{peak.x, peak.y, peak.x, peak.y, peak.score, peak.kind};
      });
      break;
    case OutputKind::kAnomaly:
      result->is_anomalous = findings.score >= threshold ? 1 : 0;
      if (result->values != nullptr) processor.copy_values(result->values);
      break;
    case OutputKind::kSegmentation:
      if (result->mask != nullptr) processor.copy_mask(result->mask);
      break;
  }
}

Status process(aiedge_model* model, const aiedge_image* image, const aiedge_image* reference,
               const aiedge_process_options* options, aiedge_result* result) {
  Processor& processor = *model->processor;
  const Result<float> threshold = threshold_of(processor.meaning(), options);
  if (!threshold.ok()) return threshold.status();
  AIEDGE_TRY(check_room(processor, result));
  AIEDGE_TRY(prepare(processor, image, reference, nullptr));
  model->runtime->run(processor.inputs(), processor.outputs());
  fill(processor, processor.read(threshold.value()), threshold.value(), result);
  return {};
}

bool has_processing(const aiedge_model* model) { return model != nullptr && model->processor != nullptr; }

Status none() { return invalid("the bundle has no processing (sections PREP and POST)"); }

}  // namespace

extern "C" {

aiedge_status aiedge_get_processing(const aiedge_model* model, aiedge_processing_info* info) {
  if (!has_processing(model) || info == nullptr) return AIEDGE_INVALID_ARGUMENT;
  const Processor& processor = *model->processor;
  const OutputMeaning& meaning = processor.meaning();
  const Extent extent = extent_of(processor);
  *info = {};
  info->kind = static_cast<aiedge_result_kind>(meaning.kind);
  info->threshold = meaning.threshold;
  info->most_finds = meaning.limit;
  info->rows = extent.rows;
  info->columns = extent.columns;
  info->needs_reference = processor.needs_reference() ? 1 : 0;
  return AIEDGE_OK;
}

aiedge_status aiedge_prepare(aiedge_model* model, const aiedge_image* image, const aiedge_image* reference,
                             void* const* inputs, size_t input_count, aiedge_error* error) {
  if (!has_processing(model)) return report(none(), error);
  const bool fits = inputs != nullptr && input_count == aiedge_input_count(model) &&
                    std::find(inputs, inputs + input_count, nullptr) == inputs + input_count;
  if (!fits) return report(invalid("one pointer for each input is needed, none of them null"), error);
  return report(prepare(*model->processor, image, reference, inputs), error);
}

aiedge_status aiedge_process(aiedge_model* model, const aiedge_image* image, const aiedge_image* reference,
                             const aiedge_process_options* options, aiedge_result* result,
                             aiedge_error* error) {
  if (!has_processing(model)) return report(none(), error);
  return report(process(model, image, reference, options, result), error);
}

}  // extern "C"
