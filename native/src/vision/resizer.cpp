#include "vision/resizer.h"

#include <algorithm>
#include <numeric>

namespace aiedge::vision {
namespace {

constexpr std::size_t kChannels = 3;

// The two pixels of an axis of `size` that pixel `i` of `new_size` is made of: `low` and the next one, which
// weighs `weight` of 2048.
struct Tap {
  std::int32_t low;
  std::int32_t weight;
};

Tap tap(std::int64_t i, std::int64_t size, std::int64_t new_size) {
  const std::int64_t position = (2 * i + 1) * size - new_size;
  const std::int64_t unit = 2 * new_size;
  if (position < 0) return {0, 0};
  const std::int64_t low = position / unit;
  if (low >= size - 1) return {static_cast<std::int32_t>(size - 1), 0};
  return {static_cast<std::int32_t>(low),
          static_cast<std::int32_t>((4096 * (position % unit) + unit) / (2 * unit))};
}

std::int32_t nearest(std::int64_t i, std::int64_t size, std::int64_t new_size) {
  return static_cast<std::int32_t>((2 * i + 1) * size / (2 * new_size));
}

// Both sizes of an axis without their common divisor: how many new pixels a pixel is wide, and the reverse.
struct Ratio {
  std::int64_t size;
  std::int64_t new_size;
};

Ratio reduced(std::int32_t size, std::int32_t new_size) {
  const std::int32_t common = std::gcd(size, new_size);
  return {size / common, new_size / common};
}

// Call take(pixel, weight) for every pixel that the new pixel `i` covers; the weights' sum is ratio.size.
template <typename Take>
void cover(std::int64_t i, const Ratio& ratio, Take take) {
  const std::int64_t begin = i * ratio.size;
  const std::int64_t end = begin + ratio.size;
  for (std::int64_t pixel = begin / ratio.new_size; pixel * ratio.new_size < end; ++pixel) {
    const std::int64_t from = std::max(begin, pixel * ratio.new_size);
    const std::int64_t to = std::min(end, (pixel + 1) * ratio.new_size);
    take(pixel, static_cast<std::uint32_t>(to - from));
  }
}

// Division of numbers below 2^53 by one divisor.
class Divider {
 public:
  explicit Divider(std::uint64_t divisor) : divisor_(divisor), inverse_(1.0 / static_cast<double>(divisor)) {}
  [[nodiscard]] std::uint64_t operator()(std::uint64_t number) const {
    // At most one off, in either direction.
    auto quotient = static_cast<std::uint64_t>(static_cast<double>(number) * inverse_);
    if (quotient * divisor_ > number) --quotient;
    if (number - quotient * divisor_ >= divisor_) ++quotient;
    return quotient;
  }

 private:
  std::uint64_t divisor_;
  double inverse_;
};

}  // namespace

Resizer::Resizer(std::int32_t width, Interpolation interpolation, const RowFunctions& rows)
    : interpolation_(interpolation), rows_(rows) {
  const auto pixels = static_cast<std::size_t>(width);
  low_.resize(pixels);
  weights_.resize(pixels);
  out_.resize(pixels * kChannels + kRowSlack);
  if (interpolation == Interpolation::kNearest) return;
  for (auto& row : along_) row.resize(pixels * kChannels + kRowSlack);
  if (interpolation == Interpolation::kArea) sums_.resize(kMaxSidePx * kChannels);
}

std::size_t Resizer::bytes() const {
  return low_.size() * 8 + out_.size() + along_[0].size() * 4 + sums_.size() * 4;
}

void Resizer::begin(const Part& part, std::int32_t width, std::int32_t height) {
  part_ = part;
  width_ = width;
  height_ = height;
  along_row_ = {-1, -1};
  as_is_ = part.width == width && part.height == height;
  const bool grows = width > part.width || height > part.height;
  now_ = interpolation_ == Interpolation::kArea && grows ? Interpolation::kBilinear : interpolation_;
  if (!as_is_ && now_ != Interpolation::kArea) make_taps();
}

// Pictures of one size in a row need them once.
void Resizer::make_taps() {
  if (tapped_ == Tapped{part_.width, width_, now_}) return;
  tapped_ = {part_.width, width_, now_};
  for (std::int32_t x = 0; x < width_; ++x) {
    const auto at = static_cast<std::size_t>(x);
    if (now_ == Interpolation::kNearest) {
      low_[at] = nearest(x, part_.width, width_);
    } else {
      const Tap t = tap(x, part_.width, width_);
      low_[at] = t.low;
      weights_[at] = static_cast<std::uint32_t>(2048 - t.weight) | static_cast<std::uint32_t>(t.weight)
                                                                       << 16U;
    }
  }
}

const std::uint8_t* Resizer::row(std::int32_t y) {
  if (as_is_) return part_.row(y);
  switch (now_) {
    case Interpolation::kNearest:
      take_nearest(y);
      break;
    case Interpolation::kBilinear:
      take_bilinear(y);
      break;
    case Interpolation::kArea:
      take_area(y);
      break;
  }
  return out_.data();
}

void Resizer::take_nearest(std::int32_t y) {
  const std::uint8_t* row = part_.row(nearest(y, part_.height, height_));
  std::uint8_t* out = out_.data();
  if (part_.channels == 1) {
    for (std::int32_t x = 0; x < width_; ++x) out[x] = row[low_[static_cast<std::size_t>(x)]];
    return;
  }
  for (std::int32_t x = 0; x < width_; ++x) {
    const std::uint8_t* pixel = row + std::ptrdiff_t{low_[static_cast<std::size_t>(x)]} * 3;
    out[0] = pixel[0];
    out[1] = pixel[1];
    out[2] = pixel[2];
    out += 3;
  }
}

// A row of the part, weighed along x; the last two are kept.
const std::int16_t* Resizer::along(std::int32_t row) {
  const auto place = static_cast<std::size_t>(row % 2);
  if (along_row_[place] != row) {
    rows_.along(part_.row(row), part_.width, part_.channels, {low_.data(), weights_.data(), width_},
                along_[place].data());
    along_row_[place] = row;
  }
  return along_[place].data();
}

void Resizer::take_bilinear(std::int32_t y) {
  const Tap t = tap(y, part_.height, height_);
  const std::int16_t* upper = along(t.low);
  const std::int16_t* lower = t.weight == 0 ? upper : along(t.low + 1);
  const auto count = static_cast<std::size_t>(width_) * static_cast<std::size_t>(part_.channels);
  rows_.down(upper, lower, t.weight, count, out_.data());
}

void Resizer::take_area(std::int32_t y) {
  const Ratio down = reduced(part_.height, height_);
  const Ratio along = reduced(part_.width, width_);
  const auto channels = static_cast<std::size_t>(part_.channels);
  const std::size_t count = static_cast<std::size_t>(part_.width) * channels;
  std::fill_n(sums_.begin(), count, 0U);
  // A sum is at most 255 * 16384.
  cover(y, down, [&](std::int64_t row, std::uint32_t weight) {
    rows_.add(part_.row(static_cast<std::int32_t>(row)), weight, count, sums_.data());
  });
  const auto whole = static_cast<std::uint64_t>(down.size * along.size);  // at most 2^28
  const Divider divide(2 * whole);
  std::uint8_t* out = out_.data();
  for (std::int32_t x = 0; x < width_; ++x) {
    std::array<std::uint64_t, kChannels> total = {};
    cover(x, along, [&](std::int64_t pixel, std::uint32_t weight) {
      const std::uint32_t* sum = sums_.data() + static_cast<std::size_t>(pixel) * channels;
      for (std::size_t c = 0; c < channels; ++c) total[c] += std::uint64_t{sum[c]} * weight;
    });
    for (std::size_t c = 0; c < channels; ++c)
      *out++ = static_cast<std::uint8_t>(divide(2 * total[c] + whole));
  }
}

}  // namespace aiedge::vision
