#include "kernels/float_max_pool_2d.h"

#include <vector>

#include "ops/float_pool.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

constexpr std::size_t kAttributes = 8;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  kernels::FloatMaxPool2DArgs args{};
  AIEDGE_TRY(check_float_pool(node, kAttributes, &args));
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kFloatMaxPool2D = {.name = "float_max_pool_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
