#include "kernels/float_unary.h"

#include <algorithm>
#include <cmath>

#include "kernels/reference/floats.h"
#include "kernels/reference/functions64.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

float clip(float x, float low, float high) { return x < low ? low : (x > high ? high : x); }

double gelu64(double v) { return 0.5 * v * erfc64(-v * 0.7071067811865476); }

double gelu_tanh64(double v) {
  return v * sigmoid64(2.0 * (0.7978845608028654 * (v + 0.044715 * v * v * v)));
}

float compute(const FloatUnaryArgs& args, float x) {
  const double v = x;
  switch (args.function) {
    case FloatUnaryFunction::kClip:
      return clip(x, args.alpha, args.beta);
    case FloatUnaryFunction::kAbs:
      return std::abs(x);
    case FloatUnaryFunction::kNeg:
      return -x;
    case FloatUnaryFunction::kExp:
      return static_cast<float>(exp64(v));
    case FloatUnaryFunction::kLog:
      return static_cast<float>(log64(v));
    case FloatUnaryFunction::kSqrt:
      return std::sqrt(x);
    case FloatUnaryFunction::kReciprocal:
      return 1.0F / x;
    case FloatUnaryFunction::kSigmoid:
      return static_cast<float>(sigmoid64(v));
    case FloatUnaryFunction::kTanh:
      return static_cast<float>(tanh64(v));
    case FloatUnaryFunction::kSilu:
      return static_cast<float>(v * sigmoid64(v));
    case FloatUnaryFunction::kHardSigmoid:
      return clip(args.alpha * x + args.beta, 0.0F, 1.0F);
    case FloatUnaryFunction::kHardSwish:
      return x * clip(x * (1.0F / 6.0F) + 0.5F, 0.0F, 1.0F);
    case FloatUnaryFunction::kLeakyRelu:
      return x >= 0.0F ? x : x * args.alpha;
    case FloatUnaryFunction::kElu:
      return x >= 0.0F ? x : static_cast<float>(double{args.alpha} * expm1_64(v));
    case FloatUnaryFunction::kGelu:
      return static_cast<float>(gelu64(v));
    case FloatUnaryFunction::kGeluTanh:
      return static_cast<float>(gelu_tanh64(v));
    case FloatUnaryFunction::kSoftplus:
      return static_cast<float>(softplus64(v));
    case FloatUnaryFunction::kMish:
      return static_cast<float>(v * tanh64(softplus64(v)));
    case FloatUnaryFunction::kErf:
      return static_cast<float>(erf64(v));
    case FloatUnaryFunction::kSquare:
      return x * x;
  }
  return x;
}

std::int32_t units(const FloatUnaryArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const FloatUnaryArgs& args, const Work& work) {
  const std::int64_t end = std::min<std::int64_t>(args.count, std::int64_t{work.end} * kBlock);
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end; ++i)
    store_float(work.output, i, compute(args, load_float(work.input[0], i)));
}

}  // namespace

const Kernel<FloatUnaryArgs> float_unary_reference = {
    .name = "reference",
    .isa = cpu::Isa::kReference,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
