// The transpose of bytes, as between NHWC and NCHW: tiles of 16 by 16, turned in registers.
#include "kernels/strided_copy.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kTile = 16;

// The output's last axis jumps through the input, the one before it runs along it.
bool supports(const StridedCopyArgs& a) {
  return a.axes >= 2 && a.stride[a.axes - 2] == 1 && a.stride[a.axes - 1] != 1 &&
         a.size[a.axes - 1] >= kTile && a.size[a.axes - 2] >= kTile;
}

std::int32_t tiles(const StridedCopyArgs& a) { return (a.size[a.axes - 2] - 1) / kTile + 1; }

// A unit is up to 16 rows of the output's last two axes.
std::int32_t units(const StridedCopyArgs& a) {
  std::int32_t planes = 1;
  for (std::int32_t i = 0; i + 2 < a.axes; ++i) planes *= a.size[i];
  return planes * tiles(a);
}

// Where a plane of the output's last two axes begins in the input.
const std::uint8_t* source(const StridedCopyArgs& a, const void* x, std::int32_t plane) {
  std::int64_t offset = a.first;
  for (std::int32_t i = a.axes - 3; i >= 0; --i) {
    offset += std::int64_t{plane % a.size[i]} * a.stride[i];
    plane /= a.size[i];
  }
  return static_cast<const std::uint8_t*>(x) + offset;
}

// Pairing line i with line i + 8 byte by byte, four times, swaps lines and columns.
void turn(const __m128i* from, __m128i* to) {
  for (int i = 0; i < kTile / 2; ++i) {
    to[2 * i] = _mm_unpacklo_epi8(from[i], from[i + kTile / 2]);
    to[2 * i + 1] = _mm_unpackhi_epi8(from[i], from[i + kTile / 2]);
  }
}

void copy_tile(const std::uint8_t* x, std::int64_t stride, std::uint8_t* y, std::int64_t width) {
  __m128i a[kTile];
  __m128i b[kTile];
  for (int i = 0; i < kTile; ++i) a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(x + i * stride));
  turn(a, b);
  turn(b, a);
  turn(a, b);
  turn(b, a);
  for (int i = 0; i < kTile; ++i) _mm_storeu_si128(reinterpret_cast<__m128i*>(y + i * width), a[i]);
}

void run(const StridedCopyArgs& a, const Work& work) {
  const std::int32_t rows = a.size[a.axes - 2];
  const std::int32_t width = a.size[a.axes - 1];
  const std::int64_t stride = a.stride[a.axes - 1];
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::int32_t plane = unit / tiles(a);
    const std::int32_t row = unit % tiles(a) * kTile;
    const std::uint8_t* x = source(a, work.input[0], plane) + row;
    std::uint8_t* y = static_cast<std::uint8_t*>(work.output) + (std::int64_t{plane} * rows + row) * width;
    if (rows - row >= kTile) {
      for (std::int32_t column = 0; column <= width - kTile; column += kTile) {
        copy_tile(x + column * stride, stride, y + column, width);
      }
      const std::int32_t last = width - kTile;  // over what is there already
      if (width % kTile != 0) copy_tile(x + last * stride, stride, y + last, width);
    } else {
      for (std::int32_t column = 0; column < width; ++column) {
        for (std::int64_t i = 0; i < rows - row; ++i) y[i * width + column] = x[column * stride + i];
      }
    }
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
