#include "kernels/float_average_pool_2d.h"

#include <vector>

#include "ops/float_checks.h"
#include "ops/float_pool.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

// Attributes: those of check_float_pool, count_padding
constexpr std::size_t kAttributes = 9;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  kernels::FloatAveragePool2DArgs args{};
  AIEDGE_TRY(check_float_pool(node, kAttributes, &args));
  const std::int32_t count_padding = attribute(node, kAttributes - 1);
  if (count_padding != 0 && count_padding != 1) return bad("count_padding is neither 0 nor 1");
  args.count_padding = count_padding == 1;
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kFloatAveragePool2D = {.name = "float_average_pool_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
