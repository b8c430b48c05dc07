#include "loans.h"

#include <pybind11/numpy.h>

#include <algorithm>

#include "errors.h"
#include "info.h"

namespace aiedge::bindings {
namespace {

namespace py = pybind11;

// As in struct and, for one byte, in NumPy's kinds.
char format_of(aiedge_dtype dtype) {
  switch (dtype) {
    case AIEDGE_INT8:
      return 'b';
    case AIEDGE_UINT8:
      return 'B';
    case AIEDGE_INT32:
      return 'i';
    case AIEDGE_FLOAT32:
      return 'f';
  }
  return '\0';
}

char kind_of(aiedge_dtype dtype) {
  switch (dtype) {
    case AIEDGE_INT8:
    case AIEDGE_INT32:
      return 'i';
    case AIEDGE_UINT8:
      return 'u';
    case AIEDGE_FLOAT32:
      return 'f';
  }
  return '\0';
}

std::string shape_text(const std::string& dtype, std::size_t rank, const auto* shape) {
  std::string text = dtype + " (";
  for (std::size_t i = 0; i < rank; ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + ")";
}

[[noreturn]] void misfit(const aiedge_tensor_info& info, const std::string& given, const Place& place) {
  py::dict values;
  values["name"] = decode(info.name);
  values["expected"] = shape_text(dtype_name(info.dtype), info.rank, info.shape);
  values["given"] = decode(given.c_str());
  throw_error("InputError", "AIE-ENG-004", place.text(), values);
}

[[noreturn]] void unusable(const char* code, const aiedge_tensor_info& info, const Place& place) {
  py::dict values;
  values["name"] = decode(info.name);
  throw_error("InputError", code, place.text(), values);
}

// The fields of a NumPy array, read where they are: its buffer would cost a tenth of a microsecond.
void* take_array(py::handle object, bool written, const aiedge_tensor_info& info, const Place& place) {
  const auto array = py::reinterpret_borrow<py::array>(object);
  const py::dtype dtype = array.dtype();
  const bool fits = dtype.kind() == kind_of(info.dtype) &&
                    array.nbytes() == static_cast<py::ssize_t>(info.bytes) && dtype.byteorder() != '>' &&
                    array.ndim() == static_cast<py::ssize_t>(info.rank) &&
                    std::equal(array.shape(), array.shape() + info.rank, info.shape);
  if (!fits) {
    const auto name = py::cast<std::string>(py::str(dtype));
    misfit(info, shape_text(name, static_cast<std::size_t>(array.ndim()), array.shape()), place);
  }
  if ((array.flags() & py::array::c_style) == 0) unusable("AIE-ENG-005", info, place);
  if (written && !array.writeable()) unusable("AIE-ENG-015", info, place);
  return const_cast<void*>(array.data());
}

void* take_view(const View& view, const aiedge_tensor_info& info, const Place& place) {
  const char* format = view->format == nullptr ? "B" : view->format;
  // ctypes' arrays say "<i"; the core's machines are all little-endian.
  const char* type = format[0] == '=' || format[0] == '@' || format[0] == '<' ? format + 1 : format;
  const bool fits = type[0] == format_of(info.dtype) && type[1] == '\0' &&
                    view->ndim == static_cast<int>(info.rank) &&
                    std::equal(view->shape, view->shape + view->ndim, info.shape) &&
                    view->len == static_cast<py::ssize_t>(info.bytes);
  if (!fits) misfit(info, shape_text(format, static_cast<std::size_t>(view->ndim), view->shape), place);
  return view->buf;
}

}  // namespace

void Loans::check_count(std::size_t given, const char* kind, const std::vector<aiedge_tensor_info>& infos,
                        const std::string& model) {
  if (given == infos.size()) return;
  py::dict values;
  values["kind"] = kind;
  values["expected"] = infos.size();
  values["given"] = given;
  throw_error("InputError", "AIE-ENG-003", model, values);
}

void* Loans::take(Loan* loan, bool written, const aiedge_tensor_info& info, const Place& place) {
  if (py::isinstance<py::array>(loan->array)) return take_array(loan->array, written, info, place);
  loan->view.take(loan->array, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (written ? PyBUF_WRITABLE : 0));
  return take_view(loan->view, info, place);
}

}  // namespace aiedge::bindings
