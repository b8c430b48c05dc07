#include "kernels/lstm.h"

#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: time_major cell_exponent cell_clip hidden_scale hidden_zero_point
constexpr std::size_t kAttributes = 5;
constexpr std::size_t kGates = kernels::kLstmGates;
constexpr std::int32_t kMostCells = 1 << 14;

Status check_weights(const Tensor& w, std::int32_t rows, std::int32_t columns) {
  if (!w.is_constant() || w.dtype != DType::kInt8 || w.shape.rank != 2 || w.shape[0] != rows ||
      w.shape[1] != columns) {
    return bad("the weights are not constant int8 of the cells by the inputs or cells");
  }
  if (w.quantization.kind != QuantizationKind::kPerTensor || w.quantization.zero_point != 0) {
    return bad("the weights have not one scale with the zero point 0");
  }
  return {};
}

Status check_tensors(const NodeView& node) {
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (x.dtype != DType::kInt8) return bad("input and output are not int8");
  if (x.shape.rank != 3 || y.shape.rank != 3 || x.shape[0] != y.shape[0] || x.shape[1] != y.shape[1]) {
    return bad("input and output are not three axes with the same batch and steps");
  }
  const std::int32_t inputs = x.shape[2];
  const std::int32_t cells = y.shape[2];
  if (inputs > kMostCells || cells > kMostCells) return bad("there are more than 2^14 inputs or cells");
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    AIEDGE_TRY(check_weights(*node.inputs[1 + gate], cells, inputs));
    AIEDGE_TRY(check_weights(*node.inputs[1 + kGates + gate], cells, cells));
    const Tensor& bias = *node.inputs[1 + 2 * kGates + gate];
    if (!bias.is_constant() || bias.dtype != DType::kInt32 || bias.shape.rank != 1 ||
        bias.elements != cells) {
      return bad("the bias is not constant int32, one for each cell");
    }
  }
  return {};
}

Status check_attributes(const NodeView& node) {
  const std::int32_t time_major = attribute(node, 0);
  const std::int32_t exponent = attribute(node, 1);
  const std::int32_t clip = attribute(node, 2);
  const std::int32_t zero_point = attribute(node, 4);
  if (time_major != 0 && time_major != 1) return bad("time_major is neither 0 nor 1");
  if (exponent < -15 || exponent > -9) return bad("the cell's scale is not 2^-15 to 2^-9");
  if (clip < 0 || clip > 32767) return bad("the cell's bound is not 0 to 32767");
  if (zero_point < -128 || zero_point > 127) return bad("the result's zero point does not fit int8");
  return {};
}

Status make_multiplier(float factor, kernels::Multiplier* multiplier) {
  if (!(factor >= 0x1p-30F && factor < 0x1p20F)) return bad("the scales are too far apart");
  int exponent = 0;
  const double mantissa = std::frexp(double{factor}, &exponent);  // 24 bits, so the product is whole
  *multiplier = {static_cast<std::int32_t>(mantissa * 0x1p31), exponent};
  return {};
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1 + 3 * kGates, 1, kAttributes));
  AIEDGE_TRY(check_tensors(node));
  AIEDGE_TRY(check_attributes(node));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  const bool time_major = attribute(node, 0) == 1;
  kernels::LstmArgs args = {};
  args.batch = x.shape[time_major ? 1 : 0];
  args.steps = x.shape[time_major ? 0 : 1];
  args.inputs = x.shape[2];
  args.cells = y.shape[2];
  args.time_major = time_major;
  args.input_zero_point = x.quantization.zero_point;
  args.state_zero_point = y.quantization.zero_point;
  args.cell_exponent = attribute(node, 1);
  args.cell_clip = attribute(node, 2);
  args.hidden_zero_point = attribute(node, 4);

  // The factors of docs/arithmetic.md, float32 in this order.
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    const float of_input = node.inputs[1 + gate]->quantization.scale * x.quantization.scale;
    const float of_state = node.inputs[1 + kGates + gate]->quantization.scale * y.quantization.scale;
    AIEDGE_TRY(make_multiplier(of_input / 0x1p-12F, &args.input[gate]));
    AIEDGE_TRY(make_multiplier(of_state / 0x1p-12F, &args.state[gate]));
  }
  float hidden_scale = 0.0F;
  std::memcpy(&hidden_scale, &node.attributes[3], sizeof hidden_scale);
  const float unit = 0x1p-15F / hidden_scale;
  AIEDGE_TRY(make_multiplier(unit * 0x1p-15F, &args.hidden));

  std::vector<std::int32_t> bias(kGates * static_cast<std::size_t>(args.cells));
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    const Tensor& of_gate = *node.inputs[1 + 2 * kGates + gate];
    std::memcpy(bias.data() + gate * static_cast<std::size_t>(args.cells), of_gate.data, of_gate.bytes());
  }
  args.bias = bias.data();
  const std::uint64_t macs =
      static_cast<std::uint64_t>(y.elements) * kGates *
      (static_cast<std::uint64_t>(args.inputs) + static_cast<std::uint64_t>(args.cells));
  return make_step(args, std::move(bias), macs, isa);
}

}  // namespace

// The biases lie in the step; the weights are read where they are.
const Operator kLstm = {.name = "lstm", .activations = 1 + 2 * kGates, .make = make};

}  // namespace aiedge::ops
