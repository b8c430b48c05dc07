#include "kernels/dequantize.h"

#include <immintrin.h>

#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

__m256 dequantized(const std::uint8_t* from, const DequantizeArgs& args) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  const __m256i wide = args.type == QType::kUint8 ? _mm256_cvtepu8_epi32(bytes) : _mm256_cvtepi8_epi32(bytes);
  const __m256i centred = _mm256_sub_epi32(wide, _mm256_set1_epi32(args.zero_point));
  return _mm256_mul_ps(_mm256_cvtepi32_ps(centred), _mm256_set1_ps(args.scale));
}

std::int32_t units(const DequantizeArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const DequantizeArgs& args, const Work& work) {
  const std::int64_t end = avx2::least_of(std::int64_t{work.end} * kBlock, args.count);
  const auto* x = static_cast<const std::uint8_t*>(work.input[0]);
  auto* y = static_cast<float*>(work.output);
  std::int64_t i = std::int64_t{work.begin} * kBlock;
  for (; i + avx2::kLanes <= end; i += avx2::kLanes) _mm256_storeu_ps(y + i, dequantized(x + i, args));
  if (i == end) return;
  std::uint8_t last[avx2::kLanes] = {};
  __builtin_memcpy(last, x + i, static_cast<std::size_t>(end - i));
  _mm256_maskstore_ps(y + i, avx2::first_lanes(end - i), dequantized(last, args));
}

}  // namespace

const Kernel<DequantizeArgs> dequantize_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
