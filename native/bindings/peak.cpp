#include "peak.h"

#include <pybind11/pybind11.h>

#include <cstddef>

#include "aiedge/aiedge.h"
#include "errors.h"
#include "peak/peak.h"

namespace aiedge::bindings {
namespace {

bool has(const std::string& isa) {
  for (std::size_t i = 0; aiedge_isa(i) != nullptr; ++i) {
    if (isa == aiedge_isa(i)) return true;
  }
  return false;
}

}  // namespace

std::optional<double> peak_macs_per_s(const std::string& isa) {
  const std::string wanted = isa.empty() ? aiedge_isa(0) : isa;
  if (!has(wanted)) {
    pybind11::dict values;
    values["reason"] = "this CPU or build lacks the instruction set '" + wanted + "'";
    throw_error("EngineError", "AIE-ENG-009", "peak", values);
  }
  const peak::Loop* loop = peak::find(wanted.c_str());
  if (loop == nullptr) return std::nullopt;
  const pybind11::gil_scoped_release released;
  return peak::macs_per_s(*loop);
}

}  // namespace aiedge::bindings
