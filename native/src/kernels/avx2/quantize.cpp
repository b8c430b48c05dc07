#include "kernels/quantize.h"

#include <immintrin.h>

#include "kernels/avx2/float_vector.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

struct Constants {
  __m256 scale, least, most;  // in units of the scale, of which the zero point is 0
  __m256i zero_point;
  bool is_unsigned;
};

Constants make_constants(const QuantizeArgs& args) {
  const std::int32_t least = args.type == QType::kInt8 ? -128 : 0;
  return {.scale = _mm256_set1_ps(args.scale),
          .least = _mm256_set1_ps(static_cast<float>(least - args.zero_point)),
          .most = _mm256_set1_ps(static_cast<float>(least + 255 - args.zero_point)),
          .zero_point = _mm256_set1_epi32(args.zero_point),
          .is_unsigned = args.type == QType::kUint8};
}

// Eight bytes, in the lower half. What is no number becomes 0, which is the zero point.
__m128i quantized(__m256 x, const Constants& c) {
  __m256 steps = _mm256_round_ps(_mm256_div_ps(x, c.scale), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  steps = _mm256_and_ps(steps, _mm256_cmp_ps(steps, steps, _CMP_ORD_Q));
  steps = _mm256_min_ps(c.most, _mm256_max_ps(c.least, steps));
  const __m256i whole = _mm256_add_epi32(_mm256_cvtps_epi32(steps), c.zero_point);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
  return c.is_unsigned ? _mm_packus_epi16(words, words) : _mm_packs_epi16(words, words);
}

std::int32_t units(const QuantizeArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const QuantizeArgs& args, const Work& work) {
  const Constants constants = make_constants(args);
  const std::int64_t end = avx2::least_of(std::int64_t{work.end} * kBlock, args.count);
  const auto* x = static_cast<const float*>(work.input[0]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t i = std::int64_t{work.begin} * kBlock;
  for (; i + avx2::kLanes <= end; i += avx2::kLanes)
    _mm_storel_epi64(reinterpret_cast<__m128i*>(y + i), quantized(_mm256_loadu_ps(x + i), constants));
  if (i == end) return;
  std::uint8_t last[16];
  const __m256 rest = _mm256_maskload_ps(x + i, avx2::first_lanes(end - i));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(last), quantized(rest, constants));
  __builtin_memcpy(y + i, last, static_cast<std::size_t>(end - i));
}

}  // namespace

const Kernel<QuantizeArgs> quantize_avx2 = {
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
