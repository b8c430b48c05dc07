#include "kernels/pad.h"

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: before of six axes, after of six axes, value
constexpr std::size_t kAttributes = 2 * kMaxRank + 1;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, kAttributes));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_moved(x, y));
  if (x.shape.rank != y.shape.rank || x.shape.rank < 1) return bad("input and output have not the same axes");
  const std::int32_t value = attribute(node, kAttributes - 1);
  const bool is_float = y.dtype == DType::kFloat32;
  if (is_float ? value != 0 : value < limits(y).min || value > limits(y).max)
    return bad("the value does not fit the output's type, or is not 0 for float32");

  kernels::PadArgs args{};
  args.value = static_cast<std::uint8_t>(value);
  for (std::int32_t i = 0; i < kMaxRank; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::int32_t before = attribute(node, index);
    const std::int32_t after = attribute(node, index + kMaxRank);
    if (i >= x.shape.rank) {
      if (before != 0 || after != 0) return bad("a padding is given for an axis that the input lacks");
      continue;
    }
    if (before < 0 || after < 0 || std::int64_t{x.shape[i]} + before + after != y.shape[i]) {
      return bad("the paddings do not fit the shapes");
    }
    if (before == 0 && after == 0 && args.axes > 0) {
      const std::int32_t last = args.axes - 1;
      args.in_size[last] *= x.shape[i];
      args.before[last] *= x.shape[i];
      args.out_size[last] *= x.shape[i];
    } else {
      args.in_size[args.axes] = x.shape[i];
      args.before[args.axes] = before;
      args.out_size[args.axes] = y.shape[i];
      ++args.axes;
    }
  }
  const std::int32_t last = args.axes - 1;
  const auto bytes = static_cast<std::int32_t>(size_of(y.dtype));
  args.in_size[last] *= bytes;
  args.before[last] *= bytes;
  args.out_size[last] *= bytes;
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kPad = {.name = "pad", .activations = 1, .make = make};

}  // namespace aiedge::ops
