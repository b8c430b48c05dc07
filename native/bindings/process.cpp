#include "process.h"

#include <pybind11/numpy.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "errors.h"

namespace aiedge::bindings {

namespace py = pybind11;

namespace {

const char* kind_name(aiedge_result_kind kind) {
  switch (kind) {
    case AIEDGE_CLASSES:
      return "classes";
    case AIEDGE_BOXES:
      return "boxes";
    case AIEDGE_PEAKS:
      return "peaks";
    case AIEDGE_ANOMALY:
      return "anomaly";
    case AIEDGE_SEGMENTATION:
      return "segmentation";
  }
  return "unknown";
}

[[noreturn]] void refuse(const char* reason, const std::string& model) {
  py::dict values;
  values["reason"] = reason;
  throw_error("InputError", "AIE-MOD-117", model, values);
}

constexpr py::ssize_t kMost = 16384;

}  // namespace

LentImage::LentImage(py::handle array, bool bgr, const std::string& model)
    : array_(py::reinterpret_borrow<py::object>(array)) {
  if (!py::isinstance<py::array>(array_)) refuse("it is no NumPy array", model);
  const auto pixels = py::reinterpret_borrow<py::array>(array_);
  if (pixels.dtype().kind() != 'u' || pixels.itemsize() != 1) refuse("it is not uint8", model);
  const bool colour = pixels.ndim() == 3;
  if (pixels.ndim() != 2 && !(colour && pixels.shape(2) == 3)) {
    refuse("it is neither (height, width) nor (height, width, 3)", model);
  }
  const py::ssize_t channels = colour ? 3 : 1;
  const py::ssize_t height = pixels.shape(0);
  const py::ssize_t width = pixels.shape(1);
  if (height < 1 || width < 1 || height > kMost || width > kMost) {
    refuse("its sides are not 1 to 16384 px", model);
  }
  const bool dense = (!colour || pixels.strides(2) == 1) && (width == 1 || pixels.strides(1) == channels) &&
                     (height == 1 || pixels.strides(0) >= width * channels);
  if (!dense) refuse("its pixels do not lie side by side; numpy.ascontiguousarray puts them so", model);
  image_.data = static_cast<const std::uint8_t*>(pixels.data());
  image_.width = static_cast<std::uint32_t>(width);
  image_.height = static_cast<std::uint32_t>(height);
  image_.stride_bytes = height == 1 ? 0 : static_cast<std::size_t>(pixels.strides(0));
  image_.pixels = !colour ? AIEDGE_GREY : bgr ? AIEDGE_BGR : AIEDGE_RGB;
}

std::optional<ProcessingInfo> processing_of(const aiedge_model* model) {
  aiedge_processing_info info = {};
  if (aiedge_get_processing(model, &info) != AIEDGE_OK) return std::nullopt;
  return ProcessingInfo{py::str(kind_name(info.kind)), info};
}

ResultRoom::ResultRoom(const aiedge_processing_info& info) : finds_(info.most_finds), map_(py::none()) {
  raw_.struct_bytes = sizeof raw_;
  raw_.finds = finds_.empty() ? nullptr : finds_.data();
  raw_.find_capacity = info.most_finds;
  const std::size_t cells = std::size_t{info.rows} * info.columns;
  const std::array<py::ssize_t, 2> shape = {info.rows, info.columns};
  if (info.kind == AIEDGE_ANOMALY) {
    py::array_t<float> values(shape);
    raw_.values = values.mutable_data();
    raw_.value_capacity = cells;
    map_ = values;
  } else if (info.kind == AIEDGE_SEGMENTATION) {
    py::array_t<std::uint8_t> mask(shape);
    raw_.mask = mask.mutable_data();
    raw_.mask_capacity = cells;
    map_ = mask;
  }
}

py::tuple ResultRoom::take() const {
  const auto count = static_cast<py::ssize_t>(raw_.find_count);
  py::array_t<float> finds(std::array<py::ssize_t, 2>{count, 5});
  py::array_t<std::int32_t> kinds(count);
  float* numbers = finds.mutable_data();
  std::int32_t* kind = kinds.mutable_data();
  for (std::size_t i = 0; i < raw_.find_count; ++i) {
    const aiedge_find& find = finds_[i];
    *numbers++ = find.x0;
    *numbers++ = find.y0;
    *numbers++ = find.x1;
    *numbers++ = find.y1;
    *numbers++ = find.score;
    *kind++ = static_cast<std::int32_t>(find.kind);
  }
  return py::make_tuple(finds, kinds, raw_.score, map_);
}

}  // namespace aiedge::bindings
