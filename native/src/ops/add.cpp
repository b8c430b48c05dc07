#include "ops/add.h"

#include <algorithm>
#include <cmath>

#include "kernels/add.h"
#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: clamp_min clamp_max
constexpr std::size_t kAttributes = 2;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) { return make_add(node, isa, 1); }

}  // namespace

Result<std::unique_ptr<Step>> make_add(const NodeView& node, cpu::Isa isa, std::int32_t sign) {
  AIEDGE_TRY(check_counts(node, 2, 1, kAttributes));
  const Tensor& a = *node.inputs[0];
  const Tensor& b = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(a, y, "input and output"));
  AIEDGE_TRY(check_same_type(b, y, "input and output"));
  kernels::Broadcast shape{};
  AIEDGE_TRY(check_broadcast(a, b, y, &shape));
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, 0, &clamp));

  // The multipliers of aiedge-1: the greater one has 21 bits.
  const float scale_a = a.quantization.scale / y.quantization.scale;
  const float scale_b = b.quantization.scale / y.quantization.scale;
  const float greater = std::max(scale_a, scale_b);
  if (!(greater >= 0x1p-10F && greater < 0x1p8F)) {
    return bad("the greater of the inputs' scales, divided by the output's, is not 2^-10 to 2^8");
  }
  const std::int32_t shift = 20 - std::ilogb(greater);
  const auto multiplier = [shift](float scale) {
    return static_cast<std::int32_t>(std::nearbyint(std::ldexp(scale, shift)));
  };
  const kernels::AddArgs args = {
      .shape = shape,
      .count = y.elements,
      .type = qtype(y),
      .zero_point_a = a.quantization.zero_point,
      .zero_point_b = b.quantization.zero_point,
      .multiplier_a = multiplier(scale_a),
      .multiplier_b = sign * multiplier(scale_b),
      .shift = shift,
      .output_zero_point = y.quantization.zero_point,
      .clamp_min = clamp.min,
      .clamp_max = clamp.max,
  };
  return make_step(args, std::vector<float>(), 0, isa);
}

const Operator kAdd = {.name = "add", .activations = 2, .make = make};

}  // namespace aiedge::ops
