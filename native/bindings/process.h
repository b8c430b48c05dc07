// Pictures and results of a model with a processing, as Python objects.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <vector>

#include "aiedge/aiedge.h"
#include "loans.h"

namespace aiedge::bindings {

// A uint8 array (height, width) or (height, width, 3) whose pixels lie side by side, lent for one call.
// Throws InputError, which names `model`, for another one.
class LentImage {
 public:
  LentImage(pybind11::handle array, bool bgr, const std::string& model);
  [[nodiscard]] const aiedge_image& image() const { return image_; }

 private:
  pybind11::object array_;
  aiedge_image image_ = {};
};

// What a bundle's processing gives.
struct ProcessingInfo {
  pybind11::str kind;
  aiedge_processing_info info;
};

// Nothing when the bundle has none.
[[nodiscard]] std::optional<ProcessingInfo> processing_of(const aiedge_model* model);

// Room for a result, as arrays of its own.
class ResultRoom {
 public:
  explicit ResultRoom(const aiedge_processing_info& info);
  [[nodiscard]] aiedge_result* raw() { return &raw_; }
  // (finds float32 (n, 5), kinds int32 (n), score, values or mask (rows, columns) or None)
  [[nodiscard]] pybind11::tuple take() const;

 private:
  std::vector<aiedge_find> finds_;
  pybind11::object map_;
  aiedge_result raw_ = {};
};

}  // namespace aiedge::bindings
