// The step of an operator whose work one kernel does.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/variants.h"
#include "ops/operator.h"

namespace aiedge::ops {

// `Table` is what the arguments point to and the step owns: std::vector<float> for scales, bytes for a
// look-up table.
template <typename Args, typename Table = std::vector<float>>
class KernelStep final : public Step {
 public:
  KernelStep(const Args& args, Table table, std::uint64_t macs, cpu::Isa isa)
      : args_(args), table_(std::move(table)), macs_(macs), kernel_(&kernels::select(isa, args)) {}

  [[nodiscard]] const char* kernel_name() const override { return kernel_->name; }
  [[nodiscard]] std::uint64_t macs() const override { return macs_; }
  [[nodiscard]] std::size_t packed_bytes() const override {
    return kernel_->packed_bytes == nullptr ? 0 : kernel_->packed_bytes(args_);
  }
  [[nodiscard]] std::size_t scratch_bytes() const override {
    return kernel_->scratch_bytes == nullptr ? 0 : kernel_->scratch_bytes(args_);
  }
  [[nodiscard]] std::size_t table_bytes() const override {
    return table_.size() * sizeof(typename Table::value_type);
  }
  [[nodiscard]] std::int32_t units() const override { return kernel_->units(args_); }
  void pack(void* packed) const override { kernel_->pack(args_, packed); }
  void run(const kernels::Work& work) const override { kernel_->run(args_, work); }

 private:
  Args args_;
  Table table_;  // a moved vector keeps its elements' address, so args_ may point into it before
  std::uint64_t macs_;
  const kernels::Kernel<Args>* kernel_;
};

template <typename Args, typename Table = std::vector<float>>
[[nodiscard]] std::unique_ptr<Step> make_step(const Args& args, Table table, std::uint64_t macs,
                                              cpu::Isa isa) {
  return std::make_unique<KernelStep<Args, Table>>(args, std::move(table), macs, isa);
}

}  // namespace aiedge::ops
