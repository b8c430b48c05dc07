#include "kernels/requantize.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

constexpr std::size_t kEntries = 256;

// y = saturate(rne(f32(x - zx) * f32(sx / sy)) + zy), for every byte that x can be.
std::vector<std::uint8_t> make_table(const Tensor& x, const Tensor& y, float ratio) {
  const Limits range = limits(y);
  const std::int32_t zero_point = y.quantization.zero_point;
  std::vector<std::uint8_t> table(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    const std::int32_t value = x.dtype == DType::kInt8 ? static_cast<std::int8_t>(byte) : byte;
    const float scaled = static_cast<float>(value - x.quantization.zero_point) * ratio;
    const float bounded =
        std::clamp(scaled, static_cast<float>(range.min - zero_point), static_cast<float>(range.max - zero_point));
    table[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(std::nearbyint(bounded)) + zero_point);
  }
  return table;
}

Result<std::unique_ptr<Step>> make(const NodeView& node, cpu::Isa isa) {
  AIEDGE_TRY(check_counts(node, 1, 1, 0));
  const Tensor& x = *node.inputs[0];
  const Tensor& y = *node.outputs[0];
  AIEDGE_TRY(check_quantized(x, "the input"));
  AIEDGE_TRY(check_quantized(y, "the output"));
  if (x.shape != y.shape) return bad("input and output have different shapes");
  const float ratio = x.quantization.scale / y.quantization.scale;
  if (!is_factor(ratio)) return bad("the scales are too far apart");
  std::vector<std::uint8_t> table = make_table(x, y, ratio);
  const kernels::RequantizeArgs args = {.count = x.elements, .table = table.data()};
  return make_step(args, std::move(table), 0, isa);
}

}  // namespace

const Operator kRequantize = {.name = "requantize", .activations = 1, .make = make};

}  // namespace aiedge::ops
