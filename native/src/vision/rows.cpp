#include "vision/rows.h"

namespace aiedge::vision {
namespace {

void along(const std::uint8_t* row, std::int32_t width, std::int32_t channels, const Taps& taps,
           std::int16_t* out) {
  for (std::int32_t i = 0; i < taps.count; ++i) {
    const std::int32_t low = taps.low[i];
    const auto first = static_cast<std::int32_t>(taps.weights[i] & 0xFFFFU);
    const auto second = static_cast<std::int32_t>(taps.weights[i] >> 16U);
    const std::uint8_t* a = row + std::ptrdiff_t{low} * channels;
    const std::uint8_t* b = low + 1 < width ? a + channels : a;
    for (std::int32_t c = 0; c < channels; ++c) {
      *out++ = static_cast<std::int16_t>((a[c] * first + b[c] * second + 8) >> 4);
    }
  }
}

void down(const std::int16_t* upper, const std::int16_t* lower, std::int32_t weight, std::size_t count,
          std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<std::uint8_t>((upper[i] * (2048 - weight) + lower[i] * weight + (1 << 17)) >> 18);
  }
}

void add(const std::uint8_t* row, std::uint32_t weight, std::size_t count, std::uint32_t* sums) {
  for (std::size_t i = 0; i < count; ++i) sums[i] += row[i] * weight;
}

void interleave(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t flip, std::size_t count,
                std::uint8_t* out) {
  for (std::size_t i = 0; i < count; ++i) {
    out[2 * i] = a[i] ^ flip;
    out[2 * i + 1] = b[i] ^ flip;
  }
}

}  // namespace

const RowFunctions rows_portable = {along, down, add, interleave};

const RowFunctions& best_rows([[maybe_unused]] bool has_avx2) {
#if defined(AIEDGE_X86_64)
  if (has_avx2) return rows_avx2;
#endif
  return rows_portable;
}

}  // namespace aiedge::vision
