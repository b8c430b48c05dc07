#include "kernels/vnni/depthwise_pack.h"

#include "kernels/vnni/requant.h"

namespace aiedge::kernels::AIEDGE_VNNI {
namespace {

// The weight of row ky, column kx of the window, less the zero point; 0 for a row that the window lacks.
std::int32_t weight_at(const DepthwiseConv2DArgs& a, std::int32_t ky, std::int32_t kx, std::int32_t channel) {
  if (ky < 0 || ky >= a.kernel_h) return 0;
  const std::int64_t index = (std::int64_t{ky} * a.kernel_w + kx) * a.out_c + channel;
  const std::int32_t w = a.weight_type == QType::kUint8 ? static_cast<const std::uint8_t*>(a.weights)[index]
                                                        : static_cast<const std::int8_t*>(a.weights)[index];
  return w - a.weight_zero_point;
}

std::int32_t fitting(std::int32_t w) {
  if (w > 127) return 127;
  return w < -128 ? -128 : w;
}

// A weight is the sum of parts that fit 8 bits: 255 = 127 + 127 + 1.
constexpr std::int32_t kParts = 3;

std::int32_t part_of(std::int32_t w, std::int32_t part) {
  for (; part > 0; --part) w -= fitting(w);
  return fitting(w);
}

bool all_fit(const DepthwiseConv2DArgs& a) {
  const bool is_uint8 = a.weight_type == QType::kUint8;
  if (!is_uint8 && a.weight_zero_point == 0) return true;
  for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
    for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
      for (std::int32_t c = 0; c < a.out_c; ++c) {
        const std::int32_t w = weight_at(a, ky, kx, c);
        if (fitting(w) != w) return false;
      }
    }
  }
  return true;
}

// Whether no sum of any channel times its scale leaves the range of int32.
bool all_bounded(const DepthwiseConv2DArgs& a) {
  for (std::int32_t c = 0; c < a.out_c; ++c) {
    double most = a.bias[c] < 0 ? -static_cast<double>(a.bias[c]) : static_cast<double>(a.bias[c]);
    for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
      for (std::int32_t kx = 0; kx < a.kernel_w; ++kx) {
        const std::int32_t w = weight_at(a, ky, kx, c);
        most += 255.0 * (w < 0 ? -w : w);
      }
    }
    if (!is_bounded(most, a.requant.scale[c])) return false;
  }
  return true;
}

std::int64_t whole_lines(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

DepthwiseHeader header_of(const DepthwiseConv2DArgs& a) {
  DepthwiseHeader h{};
  h.layout = layout_of(a);
  h.weights = {.dots = h.layout.dots,
               .rows = h.layout.scheme.rows,
               .most_extras = all_fit(a) ? 0 : (kParts - 1) * h.layout.dots};
  h.bounded = all_bounded(a) ? 1 : 0;
  const std::int64_t dots_bytes = h.layout.dots * static_cast<std::int64_t>(sizeof(std::ptrdiff_t));
  h.full_dots = static_cast<std::int64_t>(sizeof(DepthwiseHeader));
  h.rest_dots = h.full_dots + dots_bytes;
  h.records = whole_lines(h.rest_dots + dots_bytes);
  h.record_bytes = record_places(h.weights).end;
  h.end = h.records + h.layout.blocks * h.record_bytes;
  return h;
}

const BlockLayout& block_layout(const DepthwiseLayout& l, std::int32_t block) {
  return block < l.full_blocks ? l.full : l.rest;
}

// One plane of a block: the channel that each lane has, or -1.
struct PlaneChannels {
  std::int32_t of_lane[kLanes];
};

PlaneChannels plane_channels(const DepthwiseLayout& l, std::int32_t block, std::int32_t plane) {
  const BlockLayout& b = block_layout(l, block);
  PlaneChannels channels{};
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    const std::int32_t channel = (lane / 4 * 16 + plane * 4 + lane % 4) % b.width;
    channels.of_lane[lane] = channel < b.channels ? block * kVectorBytes + channel : -1;
  }
  return channels;
}

// One part of the weights of a dot for one output row; whether any is not zero.
bool pack_dot(const DepthwiseConv2DArgs& a, const PlaneChannels& channels, std::int32_t dot, std::int32_t row,
              std::int32_t part, std::int8_t* to) {
  bool any = false;
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    for (std::int32_t i = 0; i < 4; ++i) {
      const std::int32_t channel = channels.of_lane[lane];
      const std::int32_t w =
          channel < 0 ? 0 : weight_at(a, dot / a.kernel_w * 4 + i - row, dot % a.kernel_w, channel);
      const std::int32_t value = part_of(w, part);
      to[lane * 4 + i] = static_cast<std::int8_t>(value);
      any = any || value != 0;
    }
  }
  return any;
}

void pack_plane(const DepthwiseConv2DArgs& a, const DepthwiseHeader& h, std::int32_t block,
                std::int32_t plane, DepthwiseRecord* record) {
  const PlaneChannels channels = plane_channels(h.layout, block, plane);
  const auto zero_point = static_cast<std::uint32_t>(unsigned_zero_point(a.type, a.input_zero_point));
  for (std::int32_t lane = 0; lane < kLanes; ++lane) {
    const std::int32_t channel = channels.of_lane[lane];
    if (channel < 0) continue;
    std::uint32_t sum = 0;
    for (std::int32_t ky = 0; ky < a.kernel_h; ++ky) {
      for (std::int32_t kx = 0; kx < a.kernel_w; ++kx)
        sum += static_cast<std::uint32_t>(weight_at(a, ky, kx, channel));
    }
    record->bias[plane][lane] =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(a.bias[channel]) - zero_point * sum);
    record->scale[plane][lane] = a.requant.scale[channel];
  }
  const DepthwiseRecordPlaces places = record_places(h.weights);
  const std::int64_t dot_bytes = std::int64_t{h.weights.rows} * kVectorBytes;
  auto* bytes = reinterpret_cast<std::int8_t*>(record);
  std::int8_t* weights = bytes + places.weights + plane * h.weights.dots * dot_bytes;
  for (std::int32_t dot = 0; dot < h.weights.dots; ++dot) {
    for (std::int32_t row = 0; row < h.weights.rows; ++row)
      pack_dot(a, channels, dot, row, 0, weights + dot * dot_bytes + row * kVectorBytes);
  }
}

// What did not fit, of planes `plane` and `plane` + 1.
void pack_extras(const DepthwiseConv2DArgs& a, const DepthwiseHeader& h, std::int32_t block,
                 std::int32_t plane, DepthwiseRecord* record) {
  if (h.weights.most_extras == 0) return;
  const DepthwiseRecordPlaces places = record_places(h.weights);
  const std::int64_t plane_bytes = std::int64_t{h.weights.rows} * kVectorBytes;
  auto* bytes = reinterpret_cast<std::int8_t*>(record);
  std::int8_t* to = bytes + places.extra_weights + plane * h.weights.most_extras * plane_bytes;
  auto* dots = reinterpret_cast<std::int32_t*>(bytes + places.extra_dots) + plane / 2 * h.weights.most_extras;
  std::int32_t& extras = record->extras[plane / 2];
  for (std::int32_t part = 1; part < kParts; ++part) {
    for (std::int32_t dot = 0; dot < h.weights.dots; ++dot) {
      bool any = false;
      for (std::int32_t i = 0; i < 2; ++i) {
        const PlaneChannels channels = plane_channels(h.layout, block, plane + i);
        for (std::int32_t row = 0; row < h.weights.rows; ++row)
          any |= pack_dot(a, channels, dot, row, part, to + i * plane_bytes + row * kVectorBytes);
      }
      if (!any) continue;
      dots[extras++] = dot;
      to += 2 * plane_bytes;
    }
  }
}

}  // namespace

std::size_t depthwise_packed_bytes(const DepthwiseConv2DArgs& a) {
  return static_cast<std::size_t>(header_of(a).end);
}

void depthwise_pack(const DepthwiseConv2DArgs& a, void* packed) {
  const DepthwiseHeader h = header_of(a);
  auto* bytes = static_cast<std::uint8_t*>(packed);
  __builtin_memset(packed, 0, static_cast<std::size_t>(h.end));
  __builtin_memcpy(packed, &h, sizeof(h));
  auto* full_dots = reinterpret_cast<std::ptrdiff_t*>(bytes + h.full_dots);
  auto* rest_dots = reinterpret_cast<std::ptrdiff_t*>(bytes + h.rest_dots);
  for (std::int32_t dot = 0; dot < h.layout.dots; ++dot) {
    full_dots[dot] = dot_offset(a, h.layout.full, dot);
    rest_dots[dot] = dot_offset(a, h.layout.rest, dot);
  }
  for (std::int32_t block = 0; block < h.layout.blocks; ++block) {
    auto* record = reinterpret_cast<DepthwiseRecord*>(bytes + h.records + block * h.record_bytes);
    for (std::int32_t plane = 0; plane < kPlanes; ++plane) pack_plane(a, h, block, plane, record);
    for (std::int32_t plane = 0; plane < kPlanes; plane += 2) pack_extras(a, h, block, plane, record);
  }
}

}  // namespace aiedge::kernels::AIEDGE_VNNI
