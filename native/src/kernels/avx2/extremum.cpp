#include "kernels/extremum.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kBlock = 4096;  // elements of a unit
constexpr std::int32_t kVector = 32;   // elements of a step

template <bool kUnsigned, bool kGreatest>
__m256i extremum(__m256i a, __m256i b) {
  if (kUnsigned) return kGreatest ? _mm256_max_epu8(a, b) : _mm256_min_epu8(a, b);
  return kGreatest ? _mm256_max_epi8(a, b) : _mm256_min_epi8(a, b);
}

template <bool kUnsigned, bool kGreatest>
void vector(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y) {
  const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a));
  const __m256i w = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), extremum<kUnsigned, kGreatest>(x, w));
}

template <bool kUnsigned, bool kGreatest>
void extremum_run(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + kVector <= count; i += kVector) vector<kUnsigned, kGreatest>(a + i, b + i, y + i);
  if (i == count) return;
  const auto rest = static_cast<std::size_t>(count - i);
  std::uint8_t last_a[kVector] = {};
  std::uint8_t last_b[kVector] = {};
  std::uint8_t last_y[kVector];
  __builtin_memcpy(last_a, a + i, rest);
  __builtin_memcpy(last_b, b + i, rest);
  vector<kUnsigned, kGreatest>(last_a, last_b, last_y);
  __builtin_memcpy(y + i, last_y, rest);
}

using Run = void (*)(const std::uint8_t*, const std::uint8_t*, std::uint8_t*, std::int64_t);

Run choose(const ExtremumArgs& args) {
  if (args.type == QType::kUint8) return args.greatest ? extremum_run<true, true> : extremum_run<true, false>;
  return args.greatest ? extremum_run<false, true> : extremum_run<false, false>;
}

// A unit is up to kBlock elements.
std::int32_t units(const ExtremumArgs& args) { return (args.count - 1) / kBlock + 1; }

void run(const ExtremumArgs& args, const Work& work) {
  auto* y = static_cast<std::uint8_t*>(work.output);
  std::int64_t end = std::int64_t{work.end} * kBlock;
  if (end > args.count) end = args.count;
  const Run extremum_of = choose(args);
  BroadcastTiles tiles = {nullptr, nullptr};
  for (std::int64_t i = std::int64_t{work.begin} * kBlock; i < end;) {
    const BroadcastRun next = broadcast_run(args.shape, work.input, i, end, work.scratch, &tiles);
    extremum_of(next.a, next.b, y + i, next.count);
    i += next.count;
  }
}

std::size_t scratch_bytes(const ExtremumArgs& args) { return broadcast_scratch_bytes(args.shape); }

}  // namespace

const Kernel<ExtremumArgs> extremum_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = nullptr,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = scratch_bytes,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
