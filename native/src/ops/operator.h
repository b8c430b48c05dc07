// An operator: it checks a node against its tensors, completely and once at load, and makes the step that
// runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/status.h"
#include "base/tensor.h"
#include "cpu/isa.h"
#include "kernels/kernel.h"

namespace aiedge::ops {

// A node as an operator sees it. Tensors and constants outlive the step that is made from it.
struct NodeView {
  std::span<const std::uint32_t> attributes;  // the raw 32 bits of each, 16 of them
  std::span<const Tensor* const> inputs;
  std::span<const Tensor* const> outputs;
};

// A node that is ready to run. Which of the node's inputs are the Work's is said by the operator: its
// activations, in order, come first.
class Step {
 public:
  Step() = default;
  virtual ~Step() = default;
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  [[nodiscard]] virtual const char* kernel_name() const = 0;
  [[nodiscard]] virtual std::uint64_t macs() const = 0;
  [[nodiscard]] virtual std::size_t packed_bytes() const = 0;
  [[nodiscard]] virtual std::size_t scratch_bytes() const = 0;  // of one thread
  [[nodiscard]] virtual std::size_t table_bytes() const = 0;    // what the step itself holds: scales, tables
  [[nodiscard]] virtual std::int32_t units() const = 0;
  virtual void pack(void* packed) const = 0;
  virtual void run(const kernels::Work& work) const = 0;
};

// Operator::activations of an operator that reads all its inputs at run, however many.
inline constexpr std::size_t kAllInputs = static_cast<std::size_t>(-1);

struct Operator {
  const char* name;         // as in aiedge/model/ir/ops.py
  std::size_t activations;  // how many of the inputs are read at run, first in the list
  Result<std::unique_ptr<Step>> (*make)(const NodeView& node, cpu::Isa isa);
};

// Null: there is no such operation.
[[nodiscard]] const Operator* find(std::uint32_t code);

// Each is defined in the file that is named for it.
#define AIEDGE_OPERATOR(number, name) extern const Operator k##name;
#include "base/operators.def"
#undef AIEDGE_OPERATOR

}  // namespace aiedge::ops
