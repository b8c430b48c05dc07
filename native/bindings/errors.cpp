#include "errors.h"

#include <cstring>

namespace aiedge::bindings {

namespace py = pybind11;

py::str decode(const char* text) {
  PyObject* decoded = PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(std::strlen(text)), "replace");
  if (decoded == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(decoded);
}

void throw_error(const char* type, const char* code, const std::string& where, const py::dict& values) {
  const py::object cls = py::module_::import("aiedge.errors").attr(type);
  const py::object exception = cls(code, py::arg("where") = decode(where.c_str()), **values);
  PyErr_SetObject(cls.ptr(), exception.ptr());
  throw py::error_already_set();
}

void throw_status(aiedge_status status, const aiedge_error& error, const std::string& source) {
  const std::string where = error.where[0] == '\0' ? source : source + ": " + error.where;
  py::dict values;
  values["reason"] = decode(error.message);
  switch (status) {
    case AIEDGE_IO:
      throw_error("ModelError", "AIE-MOD-001", where, values);
    case AIEDGE_BAD_MODEL:
      throw_error("ModelError", "AIE-MOD-018", where, values);
    case AIEDGE_UNSUPPORTED:
      throw_error("EngineError", "AIE-ENG-009", where, values);
    case AIEDGE_OUT_OF_MEMORY:
      throw_error("EngineError", "AIE-ENG-010", where, values);
    case AIEDGE_REFUSED:
      throw_error("EngineError", "AIE-ENG-016", where, values);
    case AIEDGE_OK:
    case AIEDGE_INVALID_ARGUMENT:
      break;
  }
  throw_error("EngineError", "AIE-ENG-011", where, values);
}

}  // namespace aiedge::bindings
