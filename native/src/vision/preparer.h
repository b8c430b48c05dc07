// A picture -> one input of a model, in one pass: cut, resized, in the input's colour, normalized, quantized.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/processing.h"
#include "base/tensor.h"
#include "vision/fit.h"
#include "vision/picture.h"
#include "vision/resizer.h"
#include "vision/rows.h"

namespace aiedge::vision {

// Allocates when it is made, never after.
class Preparer {
 public:
  // `tensor` is (1, height, width, input.channels()), int8, uint8 or float32.
  Preparer(const ImageInput& input, const Tensor& tensor, const RowFunctions& rows);

  [[nodiscard]] const ImageInput& input() const { return input_; }
  [[nodiscard]] std::int32_t width() const { return width_; }
  [[nodiscard]] std::int32_t height() const { return height_; }
  [[nodiscard]] std::size_t bytes() const;  // allocated

  // Fill all of the tensor's bytes at `out`. `reference` is there for a pair, and of the picture's size; with
  // FitMode::kExact the picture is of the input's.
  void run(const Picture& picture, const Picture* reference, void* out);

 private:
  template <typename T>
  void fill(const std::vector<T>& tables, const Picture& picture, const Picture* reference, T* out);
  template <typename T>
  void pad(const std::vector<T>& tables, const Rectangle& target, T* out) const;
  template <typename T>
  void look_up(const std::vector<T>& tables, const std::uint8_t* pixels, std::int32_t count, T* out) const;
  template <typename T>
  void pair_up(const std::vector<T>& tables, const std::uint8_t* a, const std::uint8_t* b, std::int32_t count,
               T* out) const;
  [[nodiscard]] const std::uint8_t* in_colour(const std::uint8_t* row, Pixels pixels, std::int32_t count,
                                              std::vector<std::uint8_t>* room) const;

  ImageInput input_;
  const RowFunctions& rows_;
  std::int32_t width_;
  std::int32_t height_;
  std::int32_t channels_;
  // What each of the 256 pixel values becomes, channel by channel; one of the two is empty. 8-bit elements
  // are kept as their bytes, whatever their sign.
  std::vector<std::uint8_t> bytes_of_;
  std::vector<float> floats_of_;
  bool flips_ = false;  // every entry of every channel is pixel ^ flip_
  std::uint8_t flip_ = 0;
  Resizer resizer_;
  Resizer other_resizer_;  // the reference's
  std::vector<std::uint8_t> converted_;
  std::vector<std::uint8_t> other_converted_;
};

}  // namespace aiedge::vision
