#include "kernels/requantize.h"

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

constexpr std::int32_t kEntries = 256;

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 2, 1, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& table = *node.inputs[1];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_same_type(x, y, "input and output"));
  if (x.shape != y.shape) return bad("input and output have different shapes");
  AIEDGE_TRY(check_same_type(table, y, "table and output"));
  if (!table.is_constant() || table.shape.rank != 1 || table.elements != kEntries)
    return bad("the table is not a constant of 256 entries");
  if (!same_quantization(table, y)) return bad("table and output have different quantization");
  const kernels::RequantizeArgs args = {.count = x.elements, .table = table.data};
  return make_step(args, std::vector<float>(), 0, isa);
}

}  // namespace

const Operator kLookup = {.name = "lookup", .activations = 1, .make = make};

}  // namespace aiedge::ops
