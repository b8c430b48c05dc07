#include "ops/checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aiedge::ops {

Status check_counts(const NodeView& node, std::size_t inputs, std::size_t outputs, std::size_t attributes) {
  if (node.inputs.size() != inputs || node.outputs.size() != outputs) {
    return Status::error(Code::kBadModel, "it has %zu input(s) and %zu output(s), %zu and %zu are needed",
                         node.inputs.size(), node.outputs.size(), inputs, outputs);
  }
  const auto rest = node.attributes.subspan(attributes);
  if (std::any_of(rest.begin(), rest.end(), [](std::uint32_t bits) { return bits != 0; })) {
    return bad("an unused attribute is not 0");
  }
  return {};
}

Status check_quantized(const Tensor& tensor, const char* role) {
  if (tensor.dtype != DType::kInt8 && tensor.dtype != DType::kUint8) {
    return Status::error(Code::kBadModel, "%s is %s, int8 or uint8 is needed", role, name_of(tensor.dtype));
  }
  if (tensor.quantization.kind != QuantizationKind::kPerTensor) {
    return Status::error(Code::kBadModel, "%s has no quantization per tensor", role);
  }
  return {};
}

Status check_same_type(const Tensor& a, const Tensor& b, const char* roles) {
  AIEDGE_TRY(check_quantized(a, roles));
  AIEDGE_TRY(check_quantized(b, roles));
  if (a.dtype != b.dtype) return Status::error(Code::kBadModel, "%s have different dtypes", roles);
  return {};
}

Status check_float(const Tensor& tensor, const char* role) {
  if (tensor.dtype != DType::kFloat32) {
    return Status::error(Code::kBadModel, "%s is %s, float32 is needed", role, name_of(tensor.dtype));
  }
  return {};
}

bool same_quantization(const Tensor& a, const Tensor& b) {
  const Quantization& p = a.quantization;
  const Quantization& q = b.quantization;
  return p.kind == q.kind && p.kind != QuantizationKind::kPerChannel && p.scale == q.scale &&
         p.zero_point == q.zero_point;
}

Status check_moved(const Tensor& x, const Tensor& y) {
  if (x.dtype == DType::kFloat32 && y.dtype == DType::kFloat32) return {};
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (!same_quantization(x, y)) return bad("input and output have different quantization");
  return {};
}

Status check_clamp(const NodeView& node, std::size_t index, Limits* clamp) {
  const Limits type = limits(*node.outputs[0]);
  *clamp = {attribute(node, index), attribute(node, index + 1)};
  if (clamp->min < type.min || clamp->max > type.max || clamp->min > clamp->max) {
    return bad("the clamp is not within the output's type");
  }
  return {};
}

Status check_window(const Axis& axis, const char* name) {
  constexpr std::int32_t kMost = 1 << 24;
  const auto positive = [](std::int32_t value) { return value >= 1 && value <= kMost; };
  if (!positive(axis.window) || !positive(axis.stride) || !positive(axis.dilation)) {
    return Status::error(Code::kBadModel, "%s: window, stride and dilation must be 1 to 2^24", name);
  }
  const std::int64_t extent = (std::int64_t{axis.window} - 1) * axis.dilation + 1;
  if (axis.before < 0 || axis.after < 0 || axis.before >= extent || axis.after >= extent) {
    return Status::error(Code::kBadModel, "%s: the padding must be 0 or more and less than the window", name);
  }
  const std::int64_t room = std::int64_t{axis.size} + axis.before + axis.after - extent;
  if (room < 0 || room / axis.stride + 1 != axis.windows) {
    return Status::error(Code::kBadModel, "%s: the output's size does not fit the input, window and padding",
                         name);
  }
  return {};
}

bool is_factor(float value) { return std::isfinite(value) && value >= std::numeric_limits<float>::min(); }

Status check_weights(const Tensor& x, const Tensor& weights, const Tensor& bias, std::int32_t axis,
                     std::int32_t channels, WeightInfo* info) {
  if (!weights.is_constant() || !bias.is_constant()) return bad("weights and bias must be constants");
  if (bias.dtype != DType::kInt32 || bias.shape.rank != 1 || bias.elements != channels) {
    return bad("the bias must be int32, one for each output channel");
  }
  if (weights.dtype != x.dtype) return bad("weights and input have different dtypes");
  const Quantization& q = weights.quantization;
  info->type = qtype(weights);
  info->zero_point = q.zero_point;
  if (q.kind == QuantizationKind::kNone) return bad("the weights have no quantization");
  if (q.kind == QuantizationKind::kPerChannel) {
    if (q.axis != axis) return bad("the weights' channel axis is not that of the output channels");
    const auto zero_points = std::span(q.zero_points, static_cast<std::size_t>(channels));
    if (weights.dtype != DType::kInt8 ||
        std::any_of(zero_points.begin(), zero_points.end(), [](std::int32_t z) { return z != 0; })) {
      return bad("weights quantized per channel must be int8 with zero points 0");
    }
  }
  return {};
}

Status requant_scales(const Tensor& x, const Tensor& weights, const Tensor& y, std::int32_t channels,
                      std::vector<float>* scales) {
  const Quantization& q = weights.quantization;
  scales->resize(static_cast<std::size_t>(channels));
  for (std::size_t c = 0; c < scales->size(); ++c) {
    const float weight_scale = q.kind == QuantizationKind::kPerChannel ? q.scales[c] : q.scale;
    const float product = x.quantization.scale * weight_scale;
    (*scales)[c] = product / y.quantization.scale;
    if (!is_factor((*scales)[c]))
      return bad("a channel's scales are too far apart from the input's and the output's");
  }
  return {};
}

}  // namespace aiedge::ops
