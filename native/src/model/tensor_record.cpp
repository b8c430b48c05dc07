#include "model/tensor_record.h"

#include <algorithm>
#include <cmath>

#include "base/buffer.h"
#include "base/utf8.h"

namespace aiedge::model {
namespace {

constexpr std::uint32_t kMaxNameBytes = 65536;

Status bad(const char* what) { return Status::error(Code::kBadModel, "%s", what); }

bool within(DType dtype, std::int32_t value) {
  switch (dtype) {
    case DType::kInt8:
      return value >= -128 && value <= 127;
    case DType::kUint8:
      return value >= 0 && value <= 255;
    case DType::kInt32:
    case DType::kFloat32:
      return true;
  }
  return false;
}

bool is_8_bit(DType dtype) { return dtype == DType::kInt8 || dtype == DType::kUint8; }

bool is_scale(float value) { return std::isfinite(value) && value > 0.0F; }

// A piece of DATA at a multiple of 64; null when it does not lie inside.
const std::uint8_t* inside_data(Bytes file, const Sections& sections, DataRange range,
                                std::vector<DataRange>* ranges) {
  const std::uint64_t begin = sections.data_offset;
  const std::uint64_t bytes = sections.data.size();
  if (range.offset % kAlignment != 0 || range.offset < begin || range.offset - begin > bytes) return nullptr;
  if (range.bytes > bytes - (range.offset - begin)) return nullptr;
  ranges->push_back(range);
  return file.data() + range.offset;
}

Status read_shape(Bytes record, Tensor* tensor) {
  const auto rank = load<std::uint8_t>(record, 10);
  if (rank > kMaxRank) return bad("the rank is greater than 6");
  tensor->shape.rank = rank;
  std::int64_t elements = 1;
  for (std::int32_t axis = 0; axis < kMaxRank; ++axis) {
    const auto size = load<std::int32_t>(record, 12 + 4 * static_cast<std::size_t>(axis));
    if (axis >= rank) {
      if (size != 0) return bad("an unused size of the shape is not 0");
      continue;
    }
    if (size < 1 || size > kMaxDimension) return bad("a size of the shape is not 1 to 2^24");
    elements *= size;  // below 2^31 * 2^24
    if (elements > kMaxElements) return bad("the tensor has more than 2^31 - 1 elements");
    tensor->shape.size[static_cast<std::size_t>(axis)] = size;
  }
  tensor->elements = static_cast<std::int32_t>(elements);
  return {};
}

Status read_per_channel(Bytes record, Bytes file, const Sections& sections, Tensor* tensor,
                        std::vector<DataRange>* ranges) {
  const auto axis = load<std::uint32_t>(record, 44);
  if (axis >= static_cast<std::uint32_t>(tensor->shape.rank)) return bad("the channel axis is not an axis");
  Quantization& q = tensor->quantization;
  q.axis = static_cast<std::int32_t>(axis);
  const auto channels = static_cast<std::uint64_t>(tensor->shape[q.axis]);
  const std::uint8_t* scales =
      inside_data(file, sections, {load<std::uint64_t>(record, 64), 4 * channels}, ranges);
  const std::uint8_t* zero_points =
      inside_data(file, sections, {load<std::uint64_t>(record, 72), 4 * channels}, ranges);
  if (scales == nullptr || zero_points == nullptr) {
    return bad("the channels' scales or zero points do not lie in DATA at a multiple of 64");
  }
  q.scales = reinterpret_cast<const float*>(scales);
  q.zero_points = reinterpret_cast<const std::int32_t*>(zero_points);
  for (std::uint64_t i = 0; i < channels; ++i) {
    if (!is_scale(q.scales[i])) return bad("a channel's scale is not finite and greater than 0");
    if (!within(tensor->dtype, q.zero_points[i])) return bad("a channel's zero point does not fit the type");
  }
  return {};
}

Status read_quantization(Bytes record, Bytes file, const Sections& sections, Tensor* tensor,
                         std::vector<DataRange>* ranges) {
  const auto kind = load<std::uint8_t>(record, 11);
  if (kind > static_cast<std::uint8_t>(QuantizationKind::kPerChannel))
    return bad("the quantization is unknown");
  Quantization& q = tensor->quantization;
  q.kind = static_cast<QuantizationKind>(kind);
  if (is_8_bit(tensor->dtype) == (q.kind == QuantizationKind::kNone)) {
    return bad("int8 and uint8 need a quantization, other types must not have one");
  }
  const auto scale = load<float>(record, 36);
  const auto zero_point = load<std::int32_t>(record, 40);
  if (q.kind == QuantizationKind::kPerTensor) {
    if (!is_scale(scale)) return bad("the scale is not finite and greater than 0");
    if (!within(tensor->dtype, zero_point)) return bad("the zero point does not fit the type");
    q.scale = scale;
    q.zero_point = zero_point;
  } else if (load<std::uint32_t>(record, 36) != 0 || zero_point != 0) {
    return bad("a scale or zero point is given for a tensor without one");
  }
  if (q.kind == QuantizationKind::kPerChannel)
    return read_per_channel(record, file, sections, tensor, ranges);
  if (load<std::uint32_t>(record, 44) != 0 || !all_zero(record.subspan(64, 16))) {
    return bad("channels are given for a tensor that is not quantized per channel");
  }
  return {};
}

bool all_finite(const Tensor& tensor) {
  const auto* values = reinterpret_cast<const float*>(tensor.data);
  return std::all_of(values, values + tensor.elements, [](float value) { return std::isfinite(value); });
}

Status read_constant(Bytes record, Bytes file, const Sections& sections, Tensor* tensor,
                     std::vector<DataRange>* ranges) {
  const auto kind = load<std::uint8_t>(record, 9);
  const DataRange range = {load<std::uint64_t>(record, 48), load<std::uint64_t>(record, 56)};
  if (kind == 0) {
    if (range.offset != 0 || range.bytes != 0) return bad("an activation has constant bytes");
    if (tensor->quantization.kind == QuantizationKind::kPerChannel)
      return bad("an activation has a scale for each channel");
    // Kernels count the bytes of what they move in 32 bits.
    if (tensor->dtype == DType::kFloat32 && tensor->elements > kMaxElements / 4)
      return bad("a float32 activation has more than 2^31 - 1 bytes");
    return {};
  }
  if (kind != 1) return bad("the kind is neither activation nor constant");
  // In 64 bits on every machine: Tensor::bytes() holds for what lies in memory.
  const std::uint64_t bytes = static_cast<std::uint64_t>(tensor->elements) * size_of(tensor->dtype);
  if (range.bytes != bytes) return bad("the constant's bytes do not fit its shape");
  tensor->data = inside_data(file, sections, range, ranges);
  if (tensor->data == nullptr) return bad("the constant does not lie in DATA at a multiple of 64");
  if (tensor->dtype == DType::kFloat32 && !all_finite(*tensor))
    return bad("a value of the constant is not finite");
  return {};
}

}  // namespace

Result<std::string_view> read_name(Bytes record, std::size_t offset, Bytes strings) {
  const auto begin = load<std::uint32_t>(record, offset);
  const auto bytes = load<std::uint32_t>(record, offset + 4);
  if (begin > strings.size() || bytes > strings.size() - begin) return bad("the name does not lie in STRS");
  if (bytes > kMaxNameBytes) return bad("the name is longer than 65536 bytes");
  const std::string_view name = as_text(strings.subspan(begin, bytes));
  if (!is_text(name)) return bad("the name is not UTF-8 text");
  return name;
}

Result<Tensor> read_tensor(Bytes record, Bytes file, const Sections& sections,
                           std::vector<DataRange>* ranges) {
  Tensor tensor;
  const Result<std::string_view> name = read_name(record, 0, sections.strings);
  if (!name.ok()) return name.status();
  tensor.name = name.value();
  const auto dtype = load<std::uint8_t>(record, 8);
  if (dtype < static_cast<std::uint8_t>(DType::kInt8) || dtype > static_cast<std::uint8_t>(DType::kFloat32)) {
    return bad("the dtype is unknown");
  }
  tensor.dtype = static_cast<DType>(dtype);
  if (!all_zero(record.subspan(80, 16))) return bad("a reserved field is not 0");
  AIEDGE_TRY(read_shape(record, &tensor));
  AIEDGE_TRY(read_quantization(record, file, sections, &tensor, ranges));
  AIEDGE_TRY(read_constant(record, file, sections, &tensor, ranges));
  return tensor;
}

}  // namespace aiedge::model
