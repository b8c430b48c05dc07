#include "kernels/float_reduce.h"

#include <vector>

#include "ops/float_checks.h"
#include "ops/kernel_step.h"
#include "ops/mean.h"

namespace aiedge::ops {
namespace {

using kernels::FloatReduceFunction;

// Attributes: function first_axis last_axis
constexpr std::size_t kAttributes = 3;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_floats(node, 1, kAttributes));
  const std::int32_t function = attribute(node, 0);
  if (function < static_cast<std::int32_t>(FloatReduceFunction::kMean) ||
      function > static_cast<std::int32_t>(FloatReduceFunction::kMax)) {
    return bad("the function is not one of many elements");
  }
  Reduction sizes;
  AIEDGE_TRY(check_reduction(node, attribute(node, 1), attribute(node, 2), &sizes));
  const kernels::FloatReduceArgs args = {.outer = static_cast<std::int32_t>(sizes.outer),
                                         .positions = static_cast<std::int32_t>(sizes.positions),
                                         .inner = static_cast<std::int32_t>(sizes.inner),
                                         .function = static_cast<FloatReduceFunction>(function)};
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kFloatReduce = {.name = "float_reduce", .activations = 1, .make = make};

}  // namespace aiedge::ops
