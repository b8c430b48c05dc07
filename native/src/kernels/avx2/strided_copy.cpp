// A transpose, as between NHWC and NCHW: tiles of 16 by 16 bytes or 8 by 8 floats, turned in registers.
#include "kernels/strided_copy.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

std::int32_t tile_of(const StridedCopyArgs& a) { return a.element_bytes == 1 ? 16 : 8; }

// The output's last axis jumps through the input, the one before it runs along it.
bool supports(const StridedCopyArgs& a) {
  return a.axes >= 2 && a.stride[a.axes - 2] == 1 && a.stride[a.axes - 1] != 1 &&
         a.size[a.axes - 1] >= tile_of(a) && a.size[a.axes - 2] >= tile_of(a);
}

std::int32_t tiles(const StridedCopyArgs& a) { return (a.size[a.axes - 2] - 1) / tile_of(a) + 1; }

// A unit is up to one tile's rows of the output's last two axes.
std::int32_t units(const StridedCopyArgs& a) {
  std::int32_t planes = 1;
  for (std::int32_t i = 0; i + 2 < a.axes; ++i) planes *= a.size[i];
  return planes * tiles(a);
}

// Where a plane of the output's last two axes begins in the input, in elements.
std::int64_t source(const StridedCopyArgs& a, std::int32_t plane) {
  std::int64_t offset = a.first;
  for (std::int32_t i = a.axes - 3; i >= 0; --i) {
    offset += std::int64_t{plane % a.size[i]} * a.stride[i];
    plane /= a.size[i];
  }
  return offset;
}

struct ByteTile {
  static constexpr std::int32_t kSize = 16;
  static constexpr std::int64_t kBytes = 1;

  // Pairing line i with line i + 8 byte by byte, four times, swaps lines and columns.
  static void turn(const __m128i* from, __m128i* to) {
    for (int i = 0; i < kSize / 2; ++i) {
      to[2 * i] = _mm_unpacklo_epi8(from[i], from[i + kSize / 2]);
      to[2 * i + 1] = _mm_unpackhi_epi8(from[i], from[i + kSize / 2]);
    }
  }

  static void copy(const std::uint8_t* x, std::int64_t stride, std::uint8_t* y, std::int64_t width) {
    __m128i a[kSize];
    __m128i b[kSize];
    for (int i = 0; i < kSize; ++i) a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i * stride));
    turn(a, b);
    turn(b, a);
    turn(a, b);
    turn(b, a);
    for (int i = 0; i < kSize; ++i) _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i * width), a[i]);
  }
};

struct FloatTile {
  static constexpr std::int32_t kSize = 8;
  static constexpr std::int64_t kBytes = 4;

  // In each half: pairs of neighbouring lines are paired word by word, twice.
  static void turn(const __m256i* from, __m256i* to) {
    for (int i = 0; i < kSize; i += 4) {
      const __m256i low = _mm256_unpacklo_epi32(from[i], from[i + 1]);
      const __m256i high = _mm256_unpackhi_epi32(from[i], from[i + 1]);
      const __m256i next_low = _mm256_unpacklo_epi32(from[i + 2], from[i + 3]);
      const __m256i next_high = _mm256_unpackhi_epi32(from[i + 2], from[i + 3]);
      to[i] = _mm256_unpacklo_epi64(low, next_low);
      to[i + 1] = _mm256_unpackhi_epi64(low, next_low);
      to[i + 2] = _mm256_unpacklo_epi64(high, next_high);
      to[i + 3] = _mm256_unpackhi_epi64(high, next_high);
    }
  }

  static void copy(const std::uint8_t* x, std::int64_t stride, std::uint8_t* y, std::int64_t width) {
    __m256i a[kSize];
    __m256i b[kSize];
    for (int i = 0; i < kSize; ++i)
      a[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i * stride));
    turn(a, b);
    for (int i = 0; i < kSize / 2; ++i) {
      a[i] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x20);
      a[i + 4] = _mm256_permute2x128_si256(b[i], b[i + 4], 0x31);
    }
    for (int i = 0; i < kSize; ++i) _mm256_storeu_si256(reinterpret_cast<__m256i*>(y + i * width), a[i]);
  }
};

template <typename Tile>
void copy(const StridedCopyArgs& a, const Work& work) {
  constexpr std::int64_t kBytes = Tile::kBytes;
  const std::int32_t rows = a.size[a.axes - 2];
  const std::int32_t width = a.size[a.axes - 1];
  const std::int64_t in_line = a.stride[a.axes - 1] * kBytes;
  const std::int64_t out_line = width * kBytes;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t plane = unit / tiles(a);
    const std::int32_t row = unit % tiles(a) * Tile::kSize;
    const std::uint8_t* x =
        static_cast<const std::uint8_t*>(work.input[0]) + (source(a, plane) + row) * kBytes;
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + (std::int64_t{plane} * rows + row) * out_line;
    if (rows - row >= Tile::kSize) {
      for (std::int32_t column = 0; column <= width - Tile::kSize; column += Tile::kSize) {
        Tile::copy(x + column * in_line, in_line, y + column * kBytes, out_line);
      }
      const std::int32_t last = width - Tile::kSize;  // over what is there already
      if (width % Tile::kSize != 0) Tile::copy(x + last * in_line, in_line, y + last * kBytes, out_line);
    } else {
      for (std::int32_t column = 0; column < width; ++column) {
        for (std::int64_t i = 0; i < rows - row; ++i) {
          __builtin_memcpy(y + i * out_line + column * kBytes, x + column * in_line + i * kBytes, kBytes);
        }
      }
    }
  }
}

void run(const StridedCopyArgs& a, const Work& work) {
  if (a.element_bytes == 1) {
    copy<ByteTile>(a, work);
  } else {
    copy<FloatTile>(a, work);
  }
}

}  // namespace

const Kernel<StridedCopyArgs> strided_copy_avx2 = {
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
