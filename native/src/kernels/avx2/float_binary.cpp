#include "kernels/float_binary.h"

#include <immintrin.h>

#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kBytes = 4;     // of an element

// The bytes of an element are an axis too, merged with the last one where no operand repeats along it.
bool repeats(const Broadcast& shape) {
  return shape.step_a[shape.rank - 1] == 0 || shape.step_b[shape.rank - 1] == 0;
}

bool supports(const FloatBinaryArgs& args) {
  return !repeats(args.shape) || args.shape.rank < kBroadcastRank;
}

Broadcast in_bytes(const Broadcast& elements) {
  Broadcast shape = elements;
  for (std::int32_t i = 0; i < shape.rank; ++i) {
    shape.step_a[i] *= kBytes;
    shape.step_b[i] *= kBytes;
  }
  if (repeats(elements)) {
    shape.size[shape.rank] = kBytes;
    ++shape.rank;
  } else {
    shape.size[shape.rank - 1] *= kBytes;
  }
  shape.step_a[shape.rank - 1] = 1;
  shape.step_b[shape.rank - 1] = 1;
  return shape;
}

template <typename Of>
void stretch(const BroadcastRun& run, float* y, Of of) {
  const auto* a = reinterpret_cast<const float*>(run.a);
  const auto* b = reinterpret_cast<const float*>(run.b);
  const std::int64_t count = run.count / kBytes;
  std::int64_t i = 0;
  for (; i + avx2::kLanes <= count; i += avx2::kLanes)
    _mm256_storeu_ps(y + i, of(_mm256_loadu_ps(a + i), _mm256_loadu_ps(b + i)));
  if (i == count) return;
  const __m256i mask = avx2::first_lanes(count - i);
  _mm256_maskstore_ps(y + i, mask, of(_mm256_maskload_ps(a + i, mask), _mm256_maskload_ps(b + i, mask)));
}

// Of min and max the second operand is what comes out where one is no number or both are 0.
void compute(FloatBinaryFunction function, const BroadcastRun& run, float* y) {
  switch (function) {
    case FloatBinaryFunction::kAdd:
      return stretch(run, y, [](__m256 a, __m256 b) { return _mm256_add_ps(a, b); });
    case FloatBinaryFunction::kSub:
      return stretch(run, y, [](__m256 a, __m256 b) { return _mm256_sub_ps(a, b); });
    case FloatBinaryFunction::kMul:
      return stretch(run, y, [](__m256 a, __m256 b) { return _mm256_mul_ps(a, b); });
    case FloatBinaryFunction::kDiv:
      return stretch(run, y, [](__m256 a, __m256 b) { return _mm256_div_ps(a, b); });
    case FloatBinaryFunction::kMinimum:
      return stretch(run, y, [](__m256 a, __m256 b) { return _mm256_min_ps(a, b); });
    case FloatBinaryFunction::kMaximum:
      return stretch(run, y, [](__m256 a, __m256 b) { return _mm256_max_ps(a, b); });
    case FloatBinaryFunction::kPRelu:
      return stretch(run, y, [](__m256 a, __m256 b) {
        return _mm256_blendv_ps(_mm256_mul_ps(a, b), a, _mm256_cmp_ps(a, _mm256_setzero_ps(), _CMP_GE_OQ));
      });
  }
}

std::size_t scratch_bytes(const FloatBinaryArgs& args) {
  return broadcast_scratch_bytes(in_bytes(args.shape));
}

std::int32_t units(const FloatBinaryArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const FloatBinaryArgs& args, const Work& work) {
  const Broadcast shape = in_bytes(args.shape);
  const std::int64_t end = avx2::least_of(std::int64_t{work.end} * kBlock, args.count) * kBytes;
  BroadcastTiles tiles = {nullptr, nullptr};
  for (std::int64_t i = std::int64_t{work.begin} * kBlock * kBytes; i < end;) {
    const BroadcastRun next = broadcast_run(shape, work.input, i, end, work.scratch, &tiles);
    compute(args.function, next, static_cast<float*>(work.output) + i / kBytes);
    i += next.count;
  }
}

}  // namespace

const Kernel<FloatBinaryArgs> float_binary_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
