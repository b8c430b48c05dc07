#include "kernels/average_pool_2d.h"

#include "ops/checks.h"
#include "ops/kernel_step.h"
#include "ops/pool.h"

namespace aiedge::ops {
namespace {

constexpr std::int64_t kMostPositions = std::int64_t{1} << 23;  // the sum fits an int32

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  kernels::Pool2DArgs pool{};
  AIEDGE_TRY(check_pool(node, &pool));
  if (std::int64_t{pool.filter_h} * pool.filter_w > kMostPositions)
    return bad("the window has more than 2^23 positions");
  return make_step(kernels::AveragePool2DArgs{pool}, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kAveragePool2D = {.name = "average_pool_2d", .activations = 1, .make = make};

}  // namespace aiedge::ops
