#include "model/processing.h"

#include <bit>
#include <cstddef>
#include <utility>

#include "base/processing.h"

namespace aiedge::model {
namespace {

constexpr std::size_t kPrepHeaderBytes = 16;
constexpr std::size_t kPrepRecordBytes = 64;
constexpr std::size_t kPostHeaderBytes = 64;
constexpr std::size_t kLevelBytes = 32;
constexpr std::uint32_t kMaxInputs = 16;
constexpr std::uint32_t kMaxLevels = 16;
constexpr std::uint32_t kMaxStridePx = 4096;
constexpr std::uint32_t kMaxNeighbourhood = 64;
constexpr std::uint32_t kMaxBins = 64;
constexpr std::int32_t kMaxMaskKinds = 256;

Status bad(const char* what) { return Status::error(Code::kBadModel, "%s", what); }

bool within(float value, float least, float greatest) { return value >= least && value <= greatest; }

bool is_score(float value) { return value > 0.0F && value < 1.0F; }

// Quantized or float; 255 times the scale must stay a number.
bool has_values(const Tensor& tensor) {
  return tensor.dtype != DType::kInt32 && !(tensor.quantization.scale > 1e30F);
}

Status read_channels(Bytes record, std::int32_t channels, ImageInput* input) {
  for (std::size_t c = 0; c < kMaxChannels; ++c) {
    input->mean[c] = load<float>(record, 16 + 4 * c);
    input->std[c] = load<float>(record, 32 + 4 * c);
    if (c >= static_cast<std::size_t>(channels)) {
      if (!all_zero(record.subspan(16 + 4 * c, 4)) || !all_zero(record.subspan(32 + 4 * c, 4))) {
        return bad("a mean or std beyond the channels is not 0");
      }
    } else if (!within(input->mean[c], -1e6F, 1e6F) || !within(input->std[c], 1e-6F, 1e6F)) {
      return bad("a mean or std is out of its range");
    }
  }
  return {};
}

Status read_input(Bytes record, std::size_t index, const Tensor& tensor, ImageInput* input) {
  if (load<std::uint32_t>(record, 0) != index) return bad("a record is not that of the input in its place");
  const auto source = load<std::uint8_t>(record, 4);
  const auto fit = load<std::uint8_t>(record, 5);
  const auto interpolation = load<std::uint8_t>(record, 6);
  const auto colour = load<std::uint8_t>(record, 7);
  if (source < 1 || source > 2 || fit < 1 || fit > 4 || interpolation < 1 || interpolation > 3 ||
      colour < 1 || colour > 3) {
    return bad("the source, fit, interpolation or colour is unknown");
  }
  input->source = static_cast<Source>(source);
  input->fit = static_cast<FitMode>(fit);
  input->interpolation = static_cast<Interpolation>(interpolation);
  input->colour = static_cast<Colour>(colour);
  input->pad = load<std::uint8_t>(record, 8);
  if (input->source == Source::kPair && input->colour != Colour::kGrey) return bad("a pair is not grey");
  if (!all_zero(record.subspan(9, 7)) || !all_zero(record.subspan(48, 16))) {
    return bad("a reserved field is not 0");
  }
  AIEDGE_TRY(read_channels(record, input->channels(), input));
  const Shape& shape = tensor.shape;
  if (!has_values(tensor) || shape.rank != 4 || shape[0] != 1 || shape[1] > kMaxSidePx ||
      shape[2] > kMaxSidePx || shape[3] != input->channels()) {
    return bad("the graph's input is not (1, height, width, channels) of the picture");
  }
  return {};
}

Status read_prep(Bytes prep, const Bundle& bundle, std::vector<ImageInput>* inputs) {
  if (prep.size() < kPrepHeaderBytes) return bad("the section is shorter than its header");
  const auto count = load<std::uint32_t>(prep, 0);
  if (count > kMaxInputs || count != bundle.inputs.size()) {
    return bad("the number of records is not that of the graph's inputs, or above 16");
  }
  if (load<std::uint32_t>(prep, 4) != kPrepRecordBytes || !all_zero(prep.subspan(8, 8)) ||
      prep.size() != kPrepHeaderBytes + count * kPrepRecordBytes) {
    return bad("the section's size does not fit its header, or a reserved field is not 0");
  }
  inputs->resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes record = prep.subspan(kPrepHeaderBytes + i * kPrepRecordBytes, kPrepRecordBytes);
    AIEDGE_TRY(
        read_input(record, i, bundle.tensors[bundle.inputs[i]], &(*inputs)[i]).at("PREP: input %zu", i));
  }
  return {};
}

// One of the graph's outputs that holds values; null when there is none of that index.
const Tensor* output_at(const Bundle& bundle, std::uint32_t index) {
  if (index >= bundle.outputs.size()) return nullptr;
  const Tensor& tensor = bundle.tensors[bundle.outputs[index]];
  return has_values(tensor) ? &tensor : nullptr;
}

// (1, rows, columns, channels), or (1, rows * columns, channels).
bool is_grid(const Tensor* tensor, const Level& level) {
  if (tensor == nullptr || tensor->shape[0] != 1) return false;
  const Shape& shape = tensor->shape;
  if (shape.rank == 4) return shape[1] == level.rows && shape[2] == level.columns;
  return shape.rank == 3 && shape[1] == level.rows * level.columns;
}

// The number of rows or columns of a grid over so many px.
std::int32_t cells_along(std::int32_t size_px, std::int32_t stride_px) {
  return (size_px + stride_px - 1) / stride_px;
}

Status read_grid(Bytes record, const Bundle& bundle, const OutputMeaning& output, Level* level) {
  const auto stride = load<std::uint32_t>(record, 12);
  if (stride < 1 || stride > kMaxStridePx) return bad("the stride is not 1 to 4096");
  const Shape& picture = bundle.tensors[bundle.inputs[0]].shape;
  level->stride_px = static_cast<std::int32_t>(stride);
  level->rows = cells_along(picture[1], level->stride_px);
  level->columns = cells_along(picture[2], level->stride_px);
  if (std::int64_t{level->rows} * level->columns > kMaxCells) return bad("the grid has more than 2^20 cells");
  const Tensor* classes = output_at(bundle, level->classes);
  if (!is_grid(classes, *level) || classes->shape.last() > kMaxKinds) {
    return bad("the output of the classes is not a grid of the stride");
  }
  if (output.kind != OutputKind::kBoxes) return {};
  const Tensor* boxes = output_at(bundle, level->boxes);
  const std::int32_t numbers = output.decoder == Decoder::kBins ? 4 * output.bins : 4;
  if (!is_grid(boxes, *level) || boxes->shape.last() != numbers) {
    return bad("the output of the boxes is not a grid of the stride with the decoder's numbers");
  }
  if (level->objectness == Level::kNone) return {};
  const Tensor* objectness = output_at(bundle, level->objectness);
  if (output.decoder != Decoder::kCentreSize || !is_grid(objectness, *level) ||
      objectness->shape.last() != 1) {
    return bad("the output of the objectness is not a grid of the stride with one number");
  }
  return {};
}

Status check_one_output(Bytes record, const Tensor* tensor, OutputKind kind) {
  if (load<std::uint32_t>(record, 12) != 0) return bad("a stride is given for a kind without one");
  if (tensor == nullptr) return bad("there is no such output with values");
  const Shape& shape = tensor->shape;
  if (kind == OutputKind::kClasses) {
    if (shape.rank < 1 || shape.last() != tensor->elements || tensor->elements > kMaxKinds) {
      return bad("the output is not (1, classes)");
    }
  } else if (kind == OutputKind::kAnomaly) {
    if (tensor->elements > kMaxCells) return bad("the map has more than 2^20 cells");
  } else if (shape.rank != 4 || shape[0] != 1 || shape[3] < 2 || shape[3] > kMaxMaskKinds ||
             std::int64_t{shape[1]} * shape[2] > kMaxCells) {
    return bad("the output is not (1, rows, columns, 2 to 256 classes)");
  }
  return {};
}

Status read_level(Bytes record, const Bundle& bundle, const OutputMeaning& output, Level* level) {
  level->classes = load<std::uint32_t>(record, 0);
  level->boxes = load<std::uint32_t>(record, 4);
  level->objectness = load<std::uint32_t>(record, 8);
  if (!all_zero(record.subspan(16, 16))) return bad("a reserved field is not 0");
  if (output.kind != OutputKind::kBoxes &&
      (level->boxes != Level::kNone || level->objectness != Level::kNone)) {
    return bad("an output is given that the kind does not use");
  }
  if (output.kind == OutputKind::kBoxes || output.kind == OutputKind::kPeaks) {
    return read_grid(record, bundle, output, level);
  }
  return check_one_output(record, output_at(bundle, level->classes), output.kind);
}

// The raw fields of the header.
struct Fields {
  std::uint32_t mode, limit, flags, neighbourhood, bins, levels;
  float threshold, iou;
};

// Whether a kind that does not use a field leaves it 0.
Status check_unused(const Fields& f, OutputKind kind) {
  const bool boxes = kind == OutputKind::kBoxes;
  const bool peaks = kind == OutputKind::kPeaks;
  const bool limited = boxes || peaks || kind == OutputKind::kClasses;
  const bool has_threshold = boxes || peaks || kind == OutputKind::kAnomaly;
  const auto is_zero = [](float value) { return std::bit_cast<std::uint32_t>(value) == 0; };
  if ((!limited && f.limit != 0) || (!boxes && (f.flags != 0 || f.bins != 0 || !is_zero(f.iou))) ||
      (!peaks && f.neighbourhood != 0) || (!has_threshold && !is_zero(f.threshold)) ||
      (!boxes && f.levels != 1)) {
    return bad("a field that the kind does not use is not 0");
  }
  if (limited && (f.limit < 1 || f.limit > kMaxResults)) return bad("the most results are not 1 to 1024");
  return {};
}

Status check_fields(const Fields& f, OutputKind kind) {
  AIEDGE_TRY(check_unused(f, kind));
  switch (kind) {
    case OutputKind::kClasses:
      if (f.mode > 1) return bad("the softmax is neither 0 nor 1");
      return {};
    case OutputKind::kBoxes:
      if (f.mode < 1 || f.mode > 3) return bad("the decoder is unknown");
      if (f.flags > 1) return bad("a flag is unknown");
      if ((f.mode == static_cast<std::uint32_t>(Decoder::kBins)) != (f.bins != 0)) {
        return bad("bins are given for another decoder, or none for this one");
      }
      if (f.bins == 1 || f.bins > kMaxBins) return bad("the bins are not 2 to 64");
      if (!(f.iou > 0.0F && f.iou <= 1.0F)) return bad("the iou is not above 0 and up to 1");
      break;
    case OutputKind::kPeaks:
      if (f.mode != 0) return bad("a mode is given for a kind without one");
      if (f.neighbourhood > kMaxNeighbourhood) return bad("the neighbourhood is above 64");
      break;
    case OutputKind::kAnomaly:
      if (f.mode < 1 || f.mode > 2) return bad("the score is neither max nor mean");
      if (!within(f.threshold, -1e9F, 1e9F)) return bad("the threshold is out of its range");
      return {};
    case OutputKind::kSegmentation:
      if (f.mode != 0) return bad("a mode is given for a kind without one");
      return {};
  }
  if (!is_score(f.threshold)) return bad("the threshold is not above 0 and below 1");
  return {};
}

Status same_kinds(const Bundle& bundle, const OutputMeaning& output) {
  const std::int32_t kinds = output_at(bundle, output.levels[0].classes)->shape.last();
  for (const Level& level : output.levels) {
    if (output_at(bundle, level.classes)->shape.last() != kinds) {
      return bad("the levels have different numbers of classes");
    }
  }
  return {};
}

Status read_post(Bytes post, const Bundle& bundle, OutputMeaning* output) {
  if (post.size() < kPostHeaderBytes) return bad("the section is shorter than its header");
  const auto kind = load<std::uint32_t>(post, 0);
  if (kind < 1 || kind > 5) return bad("the kind is unknown");
  const Fields f = {.mode = load<std::uint32_t>(post, 4),
                    .limit = load<std::uint32_t>(post, 16),
                    .flags = load<std::uint32_t>(post, 20),
                    .neighbourhood = load<std::uint32_t>(post, 24),
                    .bins = load<std::uint32_t>(post, 28),
                    .levels = load<std::uint32_t>(post, 32),
                    .threshold = load<float>(post, 8),
                    .iou = load<float>(post, 12)};
  if (!all_zero(post.subspan(36, 28))) return bad("a reserved field is not 0");
  if (f.levels < 1 || f.levels > kMaxLevels || post.size() != kPostHeaderBytes + f.levels * kLevelBytes) {
    return bad("the number of levels is not 1 to 16, or does not fit the section's size");
  }
  output->kind = static_cast<OutputKind>(kind);
  AIEDGE_TRY(check_fields(f, output->kind));
  output->softmax = output->kind == OutputKind::kClasses && f.mode == 1;
  output->mean = output->kind == OutputKind::kAnomaly && f.mode == 2;
  output->decoder = output->kind == OutputKind::kBoxes ? static_cast<Decoder>(f.mode) : Decoder::kNone;
  output->threshold = f.threshold;
  output->iou = f.iou;
  output->limit = f.limit;
  output->class_agnostic = f.flags == 1;
  output->neighbourhood = static_cast<std::int32_t>(f.neighbourhood);
  output->bins = static_cast<std::int32_t>(f.bins);
  output->levels.resize(f.levels);
  for (std::size_t i = 0; i < f.levels; ++i) {
    const Bytes record = post.subspan(kPostHeaderBytes + i * kLevelBytes, kLevelBytes);
    AIEDGE_TRY(read_level(record, bundle, *output, &output->levels[i]).at("POST: level %zu", i));
  }
  return same_kinds(bundle, *output);
}

}  // namespace

Status read_processing(Bytes prep, Bytes post, Bundle* bundle) {
  Processing processing;
  AIEDGE_TRY(read_prep(prep, *bundle, &processing.inputs).at("PREP"));
  AIEDGE_TRY(read_post(post, *bundle, &processing.output).at("POST"));
  bundle->processing = std::move(processing);
  return {};
}

}  // namespace aiedge::model
