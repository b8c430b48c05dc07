#include "kernels/max_pool_2d.h"

#include <immintrin.h>

namespace aiedge::kernels {
namespace {

constexpr std::int32_t kVector = 32;

// The part [begin, end) of a window that lies within the input.
struct Span {
  std::int64_t begin, end;
};

Span inside(std::int64_t first, std::int32_t length, std::int32_t size) {
  const std::int64_t end = first + length;
  return {first < 0 ? 0 : first, end < size ? end : size};
}

// Positions of one window.
struct Positions {
  const std::uint8_t* first;  // the first channel at the first position
  std::int64_t rows, columns;
  std::ptrdiff_t row_stride, column_stride;  // bytes
};

inline __m256i greater(__m256i a, __m256i b, std::uint8_t) { return _mm256_max_epu8(a, b); }
inline __m256i greater(__m256i a, __m256i b, std::int8_t) { return _mm256_max_epi8(a, b); }
inline __m256i less(__m256i a, __m256i b, std::uint8_t) { return _mm256_min_epu8(a, b); }
inline __m256i less(__m256i a, __m256i b, std::int8_t) { return _mm256_min_epi8(a, b); }

// kCount neighbouring vectors of channels: together, so that the walk over the window costs once.
template <typename T, std::int32_t kCount>
void vectors(const MaxPool2DArgs& a, const Positions& p, std::int32_t channel, std::uint8_t* output) {
  // The lower bound is what the greatest is at least.
  __m256i greatest[kCount];
  for (__m256i& part : greatest) part = _mm256_set1_epi8(static_cast<char>(a.clamp_min));
  for (std::int64_t row = 0; row < p.rows; ++row) {
    const std::uint8_t* from = p.first + row * p.row_stride + channel;
    for (std::int64_t column = 0; column < p.columns; ++column) {
      for (std::int32_t i = 0; i < kCount; ++i) {
        const auto* part = reinterpret_cast<const __m256i*>(from + kVector * i);
        greatest[i] = greater(greatest[i], _mm256_loadu_si256(part), T{});
      }
      from += p.column_stride;
    }
  }
  const __m256i most = _mm256_set1_epi8(static_cast<char>(a.clamp_max));
  for (std::int32_t i = 0; i < kCount; ++i) {
    auto* part = reinterpret_cast<__m256i*>(output + channel + kVector * i);
    _mm256_storeu_si256(part, less(greatest[i], most, T{}));
  }
}

// The last channels, fewer than a vector.
template <typename T>
T greatest_of(const Positions& p, std::int32_t channel) {
  T greatest = static_cast<T>(p.first[channel]);
  for (std::int64_t row = 0; row < p.rows; ++row) {
    for (std::int64_t column = 0; column < p.columns; ++column) {
      const auto value = static_cast<T>(p.first[row * p.row_stride + column * p.column_stride + channel]);
      if (value > greatest) greatest = value;
    }
  }
  return greatest;
}

template <typename T>
std::uint8_t bounded(const MaxPool2DArgs& a, const Positions& p, std::int32_t channel) {
  const auto low = static_cast<T>(a.clamp_min);
  const auto high = static_cast<T>(a.clamp_max);
  const T greatest = greatest_of<T>(p, channel);
  const T above = greatest < low ? low : greatest;
  return static_cast<std::uint8_t>(above > high ? high : above);
}

template <typename T>
void pixel(const MaxPool2DArgs& a, const Positions& p, std::uint8_t* output) {
  std::int32_t channel = 0;
  for (; channel + 4 * kVector <= a.channels; channel += 4 * kVector) vectors<T, 4>(a, p, channel, output);
  const std::int32_t whole = (a.channels - channel) / kVector;
  if (whole == 3) vectors<T, 3>(a, p, channel, output);
  if (whole == 2) vectors<T, 2>(a, p, channel, output);
  if (whole == 1) vectors<T, 1>(a, p, channel, output);
  channel += whole * kVector;
  if (channel == a.channels) return;
  if (a.channels >= kVector) {
    // Once more up to the last channel: what overlaps is written the same again.
    vectors<T, 1>(a, p, a.channels - kVector, output);
    return;
  }
  for (; channel < a.channels; ++channel) output[channel] = bounded<T>(a, p, channel);
}

template <typename T>
void output_row(const MaxPool2DArgs& a, const std::uint8_t* image, std::int32_t oy, std::uint8_t* output) {
  const Span rows = inside(std::int64_t{oy} * a.stride_h - a.pad_top, a.filter_h, a.in_h);
  for (std::int32_t ox = 0; ox < a.out_w; ++ox) {
    const Span columns = inside(std::int64_t{ox} * a.stride_w - a.pad_left, a.filter_w, a.in_w);
    pixel<T>(a,
             {.first = image + (rows.begin * a.in_w + columns.begin) * a.channels,
              .rows = rows.end - rows.begin,
              .columns = columns.end - columns.begin,
              .row_stride = std::ptrdiff_t{a.in_w} * a.channels,
              .column_stride = a.channels},
             output);
    output += a.channels;
  }
}

// A unit is one output row of one image.
std::int32_t units(const MaxPool2DArgs& a) { return a.batch * a.out_h; }

void run(const MaxPool2DArgs& a, const Work& work) {
  const auto row = a.type == QType::kUint8 ? output_row<std::uint8_t> : output_row<std::int8_t>;
  for (std::int32_t unit = work.begin; unit < work.end; ++unit) {
    const std::ptrdiff_t image = std::ptrdiff_t{unit / a.out_h} * a.in_h * a.in_w * a.channels;
    const std::ptrdiff_t output = std::ptrdiff_t{unit} * a.out_w * a.channels;
    row(a, static_cast<const std::uint8_t*>(work.input[0]) + image, unit % a.out_h,
        static_cast<std::uint8_t*>(work.output) + output);
  }
}

}  // namespace

const Kernel<MaxPool2DArgs> max_pool_2d_avx2 = {
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
