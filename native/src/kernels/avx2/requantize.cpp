#include "kernels/requantize.h"

#include "kernels/avx2/lookup.h"

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit

// A unit is up to kBlock elements.
std::int32_t units(const RequantizeArgs& a) { return (a.count - 1) / kBlock + 1; }

void run(const RequantizeArgs& a, const Work& work) {
  const auto* x = static_cast<const std::uint8_t*>(work.input[0]);
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > a.count) end = a.count;
  const avx2::Table table = avx2::make_table(a.table);
  std::int64_t i = std::int64_t{work.begin} * kBlock;
  for (; i + avx2::kLookUpBytes <= end; i += avx2::kLookUpBytes) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i), avx2::look_up(table, bytes));
  }
  for (; i < end; ++i) y[i] = a.table[x[i]];
}

}  // namespace

const Kernel<RequantizeArgs> requantize_avx2 = {
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
