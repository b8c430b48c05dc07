#include "ops/mean.h"

#include "kernels/mean.h"
#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (x.shape.rank != 4) return bad("the input does not have rank 4");
  const std::int32_t batch = x.shape[0];
  const std::int32_t channels = x.shape[3];
  const Shape flat = {2, {batch, channels}};
  const Shape kept = {4, {batch, 1, 1, channels}};
  if (y.shape != flat && y.shape != kept) return bad("the output is neither (N,C) nor (N,1,1,C)");
  const std::int64_t positions = std::int64_t{x.shape[1]} * x.shape[2];
  return make_reduction(x, y, {batch, positions, channels}, 1.0F / static_cast<float>(positions), isa);
}

}  // namespace

Result<std::unique_ptr<Step>> make_reduction(const Tensor& x, const Tensor& y, const Reduction& sizes,
                                             float factor, cpu::Isa isa) {
  if (sizes.positions > kMostPositions) return bad("it sums over more than 2^23 positions");
  const float ratio = x.quantization.scale / y.quantization.scale;
  if (!(ratio >= 0x1p-16F && ratio <= 0x1p16F))
    return bad("the input's scale is not 2^-16 to 2^16 of the output's");
  const float scale = factor * ratio;
  const float zero_sum = static_cast<float>(sizes.positions * x.quantization.zero_point);
  const kernels::MeanArgs args = {
      .batch = static_cast<std::int32_t>(sizes.outer),
      .positions = static_cast<std::int32_t>(sizes.positions),
      .channels = static_cast<std::int32_t>(sizes.inner),
      .type = qtype(x),
      .scale = scale,
      .bias = static_cast<float>(y.quantization.zero_point) - zero_sum * scale,
  };
  return make_step(args, std::vector<float>(), 0, isa);
}

const Operator kMean = {.name = "mean", .activations = 1, .make = make};

}  // namespace aiedge::ops
