#include "kernels/vnni/depthwise_layout.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

constexpr std::int32_t kUnpackedBytes = 16;

// Columns of the input that an output row needs, padding included.
std::int64_t columns_of(const DepthwiseConv2DArgs& a) {
  return std::int64_t{a.out_w - 1} * a.stride_w + std::int64_t{a.kernel_w - 1} * a.dilation_w + 1;
}

std::int64_t place_of(const DepthwiseConv2DArgs& a, std::int32_t kx) {
  return std::int64_t{kx} * a.dilation_w / a.stride_w;
}

Area area_of(const DepthwiseConv2DArgs& a, std::int32_t width, std::int32_t kx) {
  return {static_cast<std::int32_t>(std::int64_t{kx} * a.dilation_w % a.stride_w),
          static_cast<std::int32_t>(place_of(a, kx) * width % kUnpackedBytes)};
}

std::int32_t find(const Area* areas, std::int32_t count, const Area& area) {
  std::int32_t i = 0;
  while (i < count && (areas[i].phase != area.phase || areas[i].residue != area.residue)) ++i;
  return i;
}

// How many areas there are; more than kMostAreas are not counted.
std::int32_t find_areas(const DepthwiseConv2DArgs& a, std::int32_t width, Area* areas) {
  std::int32_t count = 0;
  for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
    const Area area = area_of(a, width, kx);
    if (find(areas, count, area) < count) continue;
    if (count == kMostAreas) return kMostAreas + 1;
    areas[count++] = area;
  }
  return count;
}

std::int32_t width_for(std::int32_t channels) {
  std::int32_t width = 1;
  while (width < channels) width *= 2;
  return width;
}

RowScheme row_scheme(const DepthwiseConv2DArgs& a) {
  const bool dense = a.dilation_h == 1;
  if (dense && a.stride_h == 1 && a.out_h > 1) {
    if (a.kernel_h <= 3) return {.rows = 2, .quads = 1, .step = 2, .pair_step = 1};
    return {.rows = 4, .quads = (a.kernel_h + 2) / 4 + 1, .step = 4, .pair_step = 2};
  }
  return {.rows = 1,
          .quads = (a.kernel_h - 1) / 4 + 1,
          .step = a.stride_h,
          .pair_step = dense && a.stride_h % 2 == 0 && a.stride_h <= 4 ? a.stride_h / 2 : 0};
}

PhaseColumns phase_columns(const DepthwiseConv2DArgs& a, std::int32_t used_columns, std::int32_t phase) {
  const std::int32_t first = (phase - a.pad_left % a.stride_w + a.stride_w) % a.stride_w;
  return {.first = first,
          .count = first < used_columns ? (used_columns - 1 - first) / a.stride_w + 1 : 0,
          .place = (std::int64_t{a.pad_left} + first) / a.stride_w};
}

// How many strips are computed together: few enough for their pairs to stay in the first-level cache.
std::int32_t strips_together(const RowScheme& scheme, std::int64_t pair_bytes) {
  constexpr std::int64_t kCacheBytes = 48 << 10;
  if (scheme.pair_step == 0 || scheme.quads * 4 > kMostRows) return 1;
  const std::int64_t fitting = kCacheBytes / pair_bytes - 2 * scheme.quads;
  const std::int64_t most = kMostRows / 2 - 2 * scheme.quads;
  const std::int64_t more = fitting < most ? fitting : most;
  return more < 0 ? 1 : static_cast<std::int32_t>(more / scheme.pair_step + 1);
}

BlockLayout block_layout(const DepthwiseConv2DArgs& a, const RowScheme& scheme, std::int32_t channels) {
  BlockLayout b{};
  b.channels = channels;
  b.width = width_for(channels);
  b.pixels = kVectorBytes / b.width;
  b.vectors = (a.out_w - 1) / b.pixels + 1;
  const bool whole_pixels = channels == a.in_c && channels == b.width;
  b.contiguous = whole_pixels && a.stride_w == 1;
  const bool partial = kPartialVectors && b.width == kVectorBytes;
  b.staged = b.width < kUnpackedBytes || (channels < b.width && !partial);
  b.scattered = b.pixels > 1 && !whole_pixels;
  b.area_count = find_areas(a, b.width, b.areas);
  b.window_bytes = place_of(a, a.kernel_w - 1) * b.width;
  const std::int64_t read = b.window_bytes + std::int64_t{b.vectors} * kVectorBytes;
  const std::int64_t written = ((columns_of(a) - 1) / a.stride_w + 1) * b.width;
  b.needed_bytes = read > written ? read : written;
  // Whole vectors are written anywhere; an odd number of cache lines spreads the planes over the cache.
  b.plane_bytes = (b.needed_bytes + 2 * kVectorBytes + 63) / 64 * 64 | 64;
  b.area_bytes = b.plane_bytes * kPairPlanes;
  b.pair_bytes = b.area_bytes * b.area_count;
  b.strips = strips_together(scheme, b.pair_bytes);
  b.pairs = 2 * scheme.quads + (b.strips - 1) * scheme.pair_step;
  b.staged_phase_bytes = b.staged ? b.plane_bytes + 64 : 0;
  b.staged_row_bytes = b.staged_phase_bytes * a.stride_w;
  return b;
}

}  // namespace

bool is_modest(const DepthwiseConv2DArgs& a) {
  constexpr std::int64_t kMostColumns = 1 << 20;
  if (columns_of(a) > kMostColumns || a.stride_w > kMostStride) return false;
  const std::int32_t rest = a.in_c % kVectorBytes;
  Area areas[kMostAreas];
  return rest == 0 || find_areas(a, width_for(rest), areas) <= kMostAreas;
}

std::int32_t strips_of(const DepthwiseConv2DArgs& a) { return (a.out_h - 1) / row_scheme(a).rows + 1; }

DepthwiseLayout layout_of(const DepthwiseConv2DArgs& a) {
  DepthwiseLayout l{};
  l.scheme = row_scheme(a);
  l.dots = l.scheme.quads * a.kernel_w;
  l.strips = strips_of(a);
  const std::int64_t room = columns_of(a) - a.pad_left;
  l.used_columns = room < 0 ? 0 : static_cast<std::int32_t>(room < a.in_w ? room : a.in_w);
  for (std::int32_t phase = 0; phase < a.stride_w; ++phase)
    l.phases[phase] = phase_columns(a, l.used_columns, phase);
  l.full_blocks = a.in_c / kVectorBytes;
  const std::int32_t rest = a.in_c % kVectorBytes;
  l.blocks = l.full_blocks + (rest > 0 ? 1 : 0);
  if (l.full_blocks > 0) l.full = block_layout(a, l.scheme, kVectorBytes);
  if (rest > 0) l.rest = block_layout(a, l.scheme, rest);
  return l;
}

std::int64_t dot_offset(const DepthwiseConv2DArgs& a, const BlockLayout& b, std::int32_t dot) {
  const std::int32_t kx = dot % a.kernel_w;
  const std::int64_t bytes = place_of(a, kx) * b.width;
  return dot / a.kernel_w * 2 * b.pair_bytes +
         find(b.areas, b.area_count, area_of(a, b.width, kx)) * b.area_bytes + bytes - bytes % kUnpackedBytes;
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
