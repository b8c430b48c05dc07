#include "kernels/softmax.h"

#include "kernels/avx2/lookup.h"

namespace aiedge::kernels {
namespace {

// An output depends on how far its input is below the greatest only: 256 outputs are computed, the rest is
// looked up. The floats are added one after another, as the contract says; that takes the most time.

constexpr std::int32_t kVector = 32;

// With fewer columns, computing all 256 outputs costs more than it saves.
bool supports(const SoftmaxArgs& a) { return a.depth >= kVector; }

// A unit is one row.
std::int32_t units(const SoftmaxArgs& a) { return a.rows; }

__m256i load(const std::uint8_t* from) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }

void store(std::uint8_t* to, __m256i bytes) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes); }

// The row's greatest, of bytes that are uint8 after an exclusive or with `flip`.
std::uint8_t greatest(const std::uint8_t* x, std::int32_t depth, std::uint8_t flip) {
  const __m256i flips = _mm256_set1_epi8(static_cast<char>(flip));
  __m256i most = _mm256_xor_si256(load(x + depth - kVector), flips);
  for (std::int32_t i = 0; i + kVector <= depth; i += kVector) {
    most = _mm256_max_epu8(most, _mm256_xor_si256(load(x + i), flips));
  }
  std::uint8_t all[kVector];
  store(all, most);
  std::uint8_t greatest = 0;
  for (std::uint8_t byte : all) greatest = byte > greatest ? byte : greatest;
  return static_cast<std::uint8_t>(greatest ^ flip);
}

// Eight outputs before saturation.
__m256i scale_eight(const float* from, __m256 inverse, __m256i zero_point) {
  const __m256 half_up = _mm256_add_ps(_mm256_mul_ps(_mm256_loadu_ps(from), inverse), _mm256_set1_ps(0.5F));
  return _mm256_add_epi32(_mm256_cvttps_epi32(half_up), zero_point);
}

// The outputs of all 256 distances. A value may be up to 2^16 + 255: saturating to 16 bits first, as either
// type's bounds lie within, changes nothing.
void make_outputs(const SoftmaxArgs& a, float inverse, std::uint8_t* outputs) {
  const __m256 factor = _mm256_set1_ps(inverse);
  const __m256i zero_point = _mm256_set1_epi32(a.output_zero_point);
  const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  for (std::int32_t i = 0; i < 256; i += kVector) {
    const float* from = a.table + i;
    const __m256i low =
        _mm256_packs_epi32(scale_eight(from, factor, zero_point), scale_eight(from + 8, factor, zero_point));
    const __m256i high = _mm256_packs_epi32(scale_eight(from + 16, factor, zero_point),
                                            scale_eight(from + 24, factor, zero_point));
    const __m256i bytes =
        a.type == QType::kUint8 ? _mm256_packus_epi16(low, high) : _mm256_packs_epi16(low, high);
    store(outputs + i, _mm256_permutevar8x32_epi32(bytes, order));
  }
}

void row(const SoftmaxArgs& a, const std::uint8_t* x, std::uint8_t* y) {
  const std::uint8_t most = greatest(x, a.depth, a.type == QType::kInt8 ? 0x80 : 0);
  float sum = 0.0F;
  for (std::int32_t i = 0; i < a.depth; ++i) sum += a.table[static_cast<std::uint8_t>(most - x[i])];
  alignas(32) std::uint8_t outputs[256];
  make_outputs(a, 1.0F / (sum * a.output_scale), outputs);
  const avx2::Table table = avx2::make_table(outputs);
  const __m256i all_most = _mm256_set1_epi8(static_cast<char>(most));
  std::int32_t i = 0;
  for (; i + kVector <= a.depth; i += kVector) {
    store(y + i, avx2::look_up(table, _mm256_sub_epi8(all_most, load(x + i))));
  }
  for (; i < a.depth; ++i) y[i] = outputs[static_cast<std::uint8_t>(most - x[i])];
}

void run(const SoftmaxArgs& a, const Work& work) {
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::ptrdiff_t offset = std::ptrdiff_t{unit} * a.depth;
    row(a, static_cast<const std::uint8_t*>(work.input[0]) + offset,
        static_cast<std::uint8_t*>(work.output) + offset);
  }
}

}  // namespace

const Kernel<SoftmaxArgs> softmax_avx2 = {
    .name = "avx2",
    .isa = cpu::Isa::kAvx2,
    .supports = supports,
    .packed_bytes = nullptr,
    .pack = nullptr,
    .scratch_bytes = nullptr,
    .units = units,
    .run = run,
};

}  // namespace aiedge::kernels
