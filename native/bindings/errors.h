// The one place where a status of the C API becomes a Python exception.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "aiedge/aiedge.h"

namespace aiedge::bindings {

// Throws the exception of aiedge.errors that fits; `source` names the file or the bytes.
[[noreturn]] void throw_status(aiedge_status status, const aiedge_error& error, const std::string& source);

// Throws aiedge.errors.<type>(code, where=where, **values).
[[noreturn]] void throw_error(const char* type, const char* code, const std::string& where,
                              const pybind11::dict& values);

// UTF-8 that may have been cut in the middle of a character.
[[nodiscard]] pybind11::str decode(const char* text);

}  // namespace aiedge::bindings
