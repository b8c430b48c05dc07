#include "vision/preparer.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace aiedge::vision {
namespace {

constexpr std::size_t kPixelValues = 256;

std::uint8_t quantized(float value, const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  const bool is_signed = tensor.dtype == DType::kInt8;
  const double low = is_signed ? -128.0 : 0.0;
  const double high = is_signed ? 127.0 : 255.0;
  const double level = static_cast<double>(std::nearbyint(value / q.scale)) + q.zero_point;
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(std::clamp(level, low, high)));
}

std::uint8_t grey(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return static_cast<std::uint8_t>((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16U);
}

void to_grey(const std::uint8_t* row, bool bgr, std::int32_t count, std::uint8_t* out) {
  const std::size_t red = bgr ? 2 : 0;
  const std::size_t blue = bgr ? 0 : 2;
  for (std::int32_t i = 0; i < count; ++i, row += 3) out[i] = grey(row[red], row[1], row[blue]);
}

Part part_of(const Picture& picture, const Rectangle& source) {
  const auto channels = static_cast<std::size_t>(picture.channels());
  return {picture.data + static_cast<std::size_t>(source.y) * picture.stride_bytes +
              static_cast<std::size_t>(source.x) * channels,
          source.width, source.height, picture.channels(), picture.stride_bytes};
}

}  // namespace

Preparer::Preparer(const ImageInput& input, const Tensor& tensor, const RowFunctions& rows)
    : input_(input),
      rows_(rows),
      width_(tensor.shape[2]),
      height_(tensor.shape[1]),
      channels_(tensor.shape[3]),
      resizer_(width_, input.interpolation, rows),
      other_resizer_(input.source == Source::kPair ? width_ : 1, input.interpolation, rows) {
  const auto channels = static_cast<std::size_t>(channels_);
  const bool is_float = tensor.dtype == DType::kFloat32;
  (is_float ? floats_of_.resize(channels * kPixelValues) : bytes_of_.resize(channels * kPixelValues));
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t p = 0; p < kPixelValues; ++p) {
      const float value = (static_cast<float>(p) - input.mean[c]) / input.std[c];
      if (is_float) {
        floats_of_[c * kPixelValues + p] = value;
      } else {
        bytes_of_[c * kPixelValues + p] = quantized(value, tensor);
      }
    }
  }
  if (!is_float) {
    flip_ = bytes_of_[0];
    flips_ = true;
    for (std::size_t i = 0; i < bytes_of_.size(); ++i)
      flips_ = flips_ && bytes_of_[i] == static_cast<std::uint8_t>((i % kPixelValues) ^ flip_);
  }
  converted_.resize(static_cast<std::size_t>(width_) * 3);
  if (input.source == Source::kPair) other_converted_.resize(static_cast<std::size_t>(width_));
}

std::size_t Preparer::bytes() const {
  return bytes_of_.size() + floats_of_.size() * sizeof(float) + resizer_.bytes() + other_resizer_.bytes() +
         converted_.size() + other_converted_.size();
}

void Preparer::run(const Picture& picture, const Picture* reference, void* out) {
  if (floats_of_.empty()) {
    fill(bytes_of_, picture, reference, static_cast<std::uint8_t*>(out));
  } else {
    fill(floats_of_, picture, reference, static_cast<float*>(out));
  }
}

template <typename T>
void Preparer::fill(const std::vector<T>& tables, const Picture& picture, const Picture* reference, T* out) {
  const Fit fit = place(picture.width, picture.height, width_, height_, input_.fit);
  const Rectangle& target = fit.target;
  pad(tables, target, out);
  resizer_.begin(part_of(picture, fit.source), target.width, target.height);
  if (reference != nullptr)
    other_resizer_.begin(part_of(*reference, fit.source), target.width, target.height);
  for (std::int32_t y = 0; y < target.height; ++y) {
    const std::int64_t pixel = std::int64_t{target.y + y} * width_ + target.x;
    T* to = out + pixel * channels_;
    const std::uint8_t* row = in_colour(resizer_.row(y), picture.pixels, target.width, &converted_);
    if (reference == nullptr) {
      look_up(tables, row, target.width, to);
    } else {
      const std::uint8_t* other =
          in_colour(other_resizer_.row(y), reference->pixels, target.width, &other_converted_);
      pair_up(tables, row, other, target.width, to);
    }
  }
}

// What the picture leaves free.
template <typename T>
void Preparer::pad(const std::vector<T>& tables, const Rectangle& target, T* out) const {
  const auto pad_row = [&](std::int32_t y, std::int32_t begin, std::int32_t end) {
    T* to = out + (std::int64_t{y} * width_ + begin) * channels_;
    for (std::int32_t x = begin; x < end; ++x) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels_); ++c)
        *to++ = tables[c * kPixelValues + input_.pad];
    }
  };
  for (std::int32_t y = 0; y < height_; ++y) {
    if (y < target.y || y >= target.y + target.height) {
      pad_row(y, 0, width_);
    } else {
      pad_row(y, 0, target.x);
      pad_row(y, target.x + target.width, width_);
    }
  }
}

// The row with the input's channels; a pair's pictures are grey. In `room` unless it is so already.
const std::uint8_t* Preparer::in_colour(const std::uint8_t* row, Pixels pixels, std::int32_t count,
                                        std::vector<std::uint8_t>* room) const {
  std::uint8_t* out = room->data();
  if (input_.colour == Colour::kGrey) {
    if (pixels == Pixels::kGrey) return row;
    to_grey(row, pixels == Pixels::kBgr, count, out);
    return out;
  }
  if (pixels == Pixels::kGrey) {
    for (std::int32_t i = 0; i < count; ++i) out[3 * i] = out[3 * i + 1] = out[3 * i + 2] = row[i];
    return out;
  }
  if ((pixels == Pixels::kBgr) == (input_.colour == Colour::kBgr)) return row;
  for (std::int32_t i = 0; i < 3 * count; i += 3) {
    out[i] = row[i + 2];
    out[i + 1] = row[i + 1];
    out[i + 2] = row[i];
  }
  return out;
}

template <typename T>
void Preparer::look_up(const std::vector<T>& tables, const std::uint8_t* pixels, std::int32_t count,
                       T* out) const {
  const std::int32_t elements = count * channels_;
  if (flips_) {
    for (std::int32_t i = 0; i < elements; ++i) out[i] = static_cast<T>(pixels[i] ^ flip_);
    return;
  }
  const T* first = tables.data();
  if (channels_ == 1) {
    for (std::int32_t i = 0; i < elements; ++i) out[i] = first[pixels[i]];
    return;
  }
  const T* second = first + kPixelValues;
  const T* third = second + kPixelValues;
  for (std::int32_t i = 0; i < elements; i += 3) {
    out[i] = first[pixels[i]];
    out[i + 1] = second[pixels[i + 1]];
    out[i + 2] = third[pixels[i + 2]];
  }
}

template <typename T>
void Preparer::pair_up(const std::vector<T>& tables, const std::uint8_t* a, const std::uint8_t* b,
                       std::int32_t count, T* out) const {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    if (flips_) {
      rows_.interleave(a, b, flip_, static_cast<std::size_t>(count), out);
      return;
    }
  }
  const T* first = tables.data();
  const T* second = first + kPixelValues;
  for (std::int32_t i = 0; i < count; ++i) {
    out[2 * i] = first[a[i]];
    out[2 * i + 1] = second[b[i]];
  }
}

}  // namespace aiedge::vision
