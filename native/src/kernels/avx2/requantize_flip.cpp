#include "kernels/requantize.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

std::int64_t range_end(const RequantizeArgs& a, const Work& work) {
  const std::int64_t end = std::int64_t{work.end} * kBlock;
  return end < a.count ? end : a.count;
}

// A unit is up to kBlock elements.
std::int32_t units(const RequantizeArgs& a) { return (a.count - 1) / kBlock + 1; }

// Between int8 and uint8 of the same scale only the top bit changes: no look-up at all.
bool is_flip(const RequantizeArgs& a) {
  for (std::int32_t i = 0; i < 256; ++i) {
    if (a.table[i] != (i ^ 0x80)) return false;
  }
  return true;
}

void run_flip(const RequantizeArgs& a, const Work& work) {
  const auto* x = static_cast<const std::uint8_t*>(work.input[0]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  const __m256i flip = _mm256_set1_epi8(-128);
  const std::int64_t end = range_end(a, work);
  std::int64_t i = std::int64_t{work.begin} * kBlock;
  for (; i + 32 <= end; i += 32) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i), _mm256_xor_si256(bytes, flip));
  }
  for (; i < end; ++i) y[i] = static_cast<std::uint8_t>(x[i] ^ 0x80);
}

}  // namespace

const Kernel<RequantizeArgs> requantize_avx2_flip = {
    .name = "avx2_flip",
    .isa = cpu::Isa::kAvx2,
    .supports = is_flip,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run_flip,
};

}  // namespace aiedge::kernels
