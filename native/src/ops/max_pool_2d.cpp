#include "kernels/max_pool_2d.h"

#include "ops/kernel_step.h"
#include "ops/pool.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  kernels::Pool2DArgs pool{};
  AIEDGE_TRY(check_pool(node, &pool));
  return make_step(kernels::MaxPool2DArgs{pool}, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kMaxPool2D = {.name = "max_pool_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
