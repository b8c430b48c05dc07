#include "ops/add.h"

namespace aiedge::ops {
namespace {

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) { return make_add(node, isa, -1); }

}  // namespace

const Operator kSub = {.name = "sub", .activations = 2, .make = make};

}  // namespace aiedge::ops
