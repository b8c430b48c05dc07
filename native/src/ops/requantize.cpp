#include "kernels/requantize.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ops/checks.h"
#include "ops/kernel_step.h"

namespace aiedge::ops {
namespace {

constexpr std::size_t kEntries = 256;

// The two forms of docs/arithmetic.md: an 8-bit factor and one rounding, or a 31-bit factor and two.
struct Scaling {
  std::int64_t factor;
  std::int32_t left;  // -1 in the first form
  std::int32_t right;

  std::int64_t operator()(std::int64_t centred) const {
    if (left < 0) return (factor * centred + 128) >> 8;
    const std::int64_t high = (centred * (std::int64_t{1} << left) * factor + (std::int64_t{1} << 30)) >> 31;
    return (high + ((std::int64_t{1} << right) >> 1)) >> right;
  }
};

Scaling make_scaling(const Tensor& x, const Tensor& y, float ratio) {
  if (x.dtype == y.dtype && ratio >= 0x1p-8F && ratio <= 0x1p7F) {
    return {static_cast<std::int64_t>(std::nearbyint(256.0F * ratio)), -1, 0};
  }
  int exponent = 0;
  const double mantissa = std::frexp(double{x.quantization.scale} / double{y.quantization.scale}, &exponent);
  return {static_cast<std::int64_t>(std::floor(mantissa * 0x1p31 + 0.5)), std::max(exponent, 0),
          std::max(-exponent, 0)};
}

// y = saturate(scaled(x - zx) + zy), for every byte that x can be.
std::vector<std::uint8_t> make_table(const Tensor& x, const Tensor& y, float ratio) {
  const Limits range = limits(y);
  const Scaling scaled = make_scaling(x, y, ratio);
  std::vector<std::uint8_t> table(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) {
    const auto byte = static_cast<std::uint8_t>(i);
    const std::int32_t value = x.dtype == DType::kInt8 ? static_cast<std::int8_t>(byte) : byte;
    const std::int64_t moved = scaled(value - x.quantization.zero_point) + y.quantization.zero_point;
    table[i] = static_cast<std::uint8_t>(std::clamp<std::int64_t>(moved, range.min, range.max));
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
  if (!(ratio >= 0x1p-16F && ratio <= 0x1p16F))
    return bad("the input's scale is not 2^-16 to 2^16 of the output's");
  std::vector<std::uint8_t> table = make_table(x, y, ratio);
  const kernels::RequantizeArgs args = {.count = x.elements, .table = table.data()};
  return make_step(args, std::move(table), 0, isa);
}

}  // namespace

const Operator kRequantize = {.name = "requantize", .activations = 1, .make = make};

}  // namespace aiedge::ops
