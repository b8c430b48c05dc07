#include "kernels/mul.h"

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: clamp_min clamp_max
constexpr std::size_t kAttributes = 2;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 2, 1, kAttributes));
  const Tensor& a = *node.inputs[0];
  const Tensor& b = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(a, y, "input and output"));
  AIEDGE_TRY(check_same_type(b, y, "input and output"));
  kernels::MulArgs args{};
  AIEDGE_TRY(check_broadcast(a, b, y, &args.shape));
  Limits clamp;
  AIEDGE_TRY(check_clamp(node, 0, &clamp));
  const float product = a.quantization.scale * b.quantization.scale;
  const float scale = product / y.quantization.scale;
  if (!is_factor(product) || !(scale >= 0x1p-16F && scale < 0x1p8F))
    return bad("the product of the inputs' scales, divided by the output's, is not 2^-16 to 2^8");
  args.count = y.elements;
  args.type = qtype(y);
  args.zero_point_a = a.quantization.zero_point;
  args.zero_point_b = b.quantization.zero_point;
  args.scale = scale;
  args.output_zero_point = y.quantization.zero_point;
  args.clamp_min = clamp.min;
  args.clamp_max = clamp.max;
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kMul = {.name = "mul", .activations = 2, .make = make};

}  // namespace aiedge::ops
