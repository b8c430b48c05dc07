#include "kernels/softmax.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: beta (its effect is in the table)
constexpr std::size_t kAttributes = 1;
constexpr std::int32_t kTableEntries = 256;

// Entries as the kernel needs them: exp of 0, then of negative numbers. A NaN is none of these.
bool is_exp_table(std::span<const float> table) {
  return table[0] == 1.0F &&
         std::all_of(table.begin(), table.end(), [](float t) { return t >= 0.0F && t <= 1.0F; });
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 2, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& table = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (x.shape != y.shape || x.shape.rank < 1)
    return bad("the shapes of input and output are not equal, or have rank 0");
  if (!table.is_constant() || table.dtype != DType::kFloat32 || table.shape.rank != 1 ||
      table.elements != kTableEntries) {
    return bad("the table is not a constant of 256 float32");
  }
  const auto* entries = reinterpret_cast<const float*>(table.data);
  if (!is_exp_table({entries, kTableEntries}))
    return bad("the table does not begin with 1, or leaves 0 to 1");
  const auto beta = std::bit_cast<float>(node.attributes[0]);
  if (!std::isfinite(beta) || beta <= 0.0F) return bad("beta is not finite and greater than 0");
  const float scale = y.quantization.scale;
  if (!(scale >= 0x1p-16F)) return bad("the output's scale is less than 2^-16");

  const kernels::SoftmaxArgs args = {
      .rows = x.elements / x.shape.last(),
      .depth = x.shape.last(),
      .type = qtype(x),
      .table = entries,
      .output_scale = scale,
      .output_zero_point = y.quantization.zero_point,
  };
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kSoftmax = {.name = "softmax", .activations = 1, .make = make};

}  // namespace aiedge::ops
