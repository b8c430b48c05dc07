#include "kernels/prelu.h"

#include <algorithm>
#include <cmath>

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

kernels::PReluFactor factor_of(double ratio) {
  int exponent = 0;
  const double mantissa = std::frexp(ratio, &exponent);
  return {static_cast<std::int64_t>(std::floor(mantissa * 0x1p31 + 0.5)), std::max(exponent, 0),
          std::max(-exponent, 0)};
}

bool is_ratio(double ratio) { return ratio >= 0x1p-16 && ratio <= 0x1p16; }

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 2, 1, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& slopes = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  AIEDGE_TRY(check_same_type(slopes, y, "slopes and output"));
  if (x.shape != y.shape) return bad("input and output have different shapes");
  kernels::PReluArgs args{};
  AIEDGE_TRY(check_broadcast(x, slopes, y, &args.shape));
  const double above = double{x.quantization.scale} / double{y.quantization.scale};
  const double below =
      double{x.quantization.scale} * double{slopes.quantization.scale} / double{y.quantization.scale};
  if (!is_ratio(above) || !is_ratio(below))
    return bad("the scales of input and slopes are not 2^-16 to 2^16 of the output's");
  args.count = y.elements;
  args.type = qtype(y);
  args.zero_point = x.quantization.zero_point;
  args.slope_zero_point = slopes.quantization.zero_point;
  args.above = factor_of(above);
  args.below = factor_of(below);
  args.output_zero_point = y.quantization.zero_point;
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kPRelu = {.name = "prelu", .activations = 2, .make = make};

}  // namespace aiedge::ops
