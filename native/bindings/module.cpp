// The Python module aiedge._native; aiedge/_native.pyi describes it.

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "aiedge/aiedge.h"
#include "info.h"
#include "model.h"
#include "peak.h"

namespace py = pybind11;
using aiedge::bindings::Model;
using aiedge::bindings::NodeInfo;
using aiedge::bindings::ProcessingInfo;
using aiedge::bindings::TensorInfo;

namespace {

// A plain method of the C API: pybind11's dispatch alone would take longer than a small layer.
PyObject* run(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  if (count != 2) return PyErr_Format(PyExc_TypeError, "run() takes inputs and outs, %zd given", count);
  try {
    py::cast<Model&>(py::handle(self)).run(arguments[0], arguments[1]);
  } catch (py::error_already_set& error) {
    error.restore();
    return nullptr;
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  } catch (const std::exception& error) {  // nothing of C++ may pass through the interpreter's C
    PyErr_SetString(PyExc_RuntimeError, error.what());
    return nullptr;
  }
  Py_RETURN_NONE;
}

PyMethodDef run_method = {"run", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(&run)),
                          METH_FASTCALL, "run($self, inputs, outs, /)\n--\n\nRun once, blocking."};

}  // namespace

PYBIND11_MODULE(_native, module) {
  module.doc() = "The native core: runs bundles.";
  module.def("version", &aiedge_version, "The core's version.");
  module.def(
      "instruction_sets",
      [] {
        py::list names;
        for (std::size_t i = 0; aiedge_isa(i) != nullptr; ++i) names.append(aiedge_isa(i));
        return py::tuple(names);
      },
      "What this CPU and build have kernels for, best first.");

  module.def("peak_macs_per_s", &aiedge::bindings::peak_macs_per_s, py::arg("isa") = "",
             "Multiply-accumulates a second on one core at best.");

  py::class_<TensorInfo>(module, "TensorInfo", "A model's input or output.")
      .def_property_readonly("name", [](const TensorInfo& info) { return info.name; })
      .def_property_readonly("dtype", [](const TensorInfo& info) { return info.dtype; })
      .def_property_readonly("shape", [](const TensorInfo& info) { return info.shape; })
      .def_property_readonly("scale",
                             [](const TensorInfo& info) {
                               return info.scale == 0.0F ? std::nullopt : std::optional<float>(info.scale);
                             })
      .def_property_readonly("zero_point", [](const TensorInfo& info) { return info.zero_point; });

  py::class_<NodeInfo>(module, "NodeInfo", "One node, in running order.")
      .def_property_readonly("name", [](const NodeInfo& info) { return info.name; })
      .def_property_readonly("op", [](const NodeInfo& info) { return info.op; })
      .def_property_readonly("kernel", [](const NodeInfo& info) { return info.kernel; })
      .def_property_readonly("macs", [](const NodeInfo& info) { return info.macs; });

  py::class_<aiedge_memory>(module, "MemoryInfo", "Bytes that a loaded model holds.")
      .def_property_readonly("arena_bytes", [](const aiedge_memory& memory) { return memory.arena_bytes; })
      .def_property_readonly("weight_bytes", [](const aiedge_memory& memory) { return memory.weight_bytes; })
      .def_property_readonly("peak_bytes", [](const aiedge_memory& memory) { return memory.peak_bytes; });

  py::class_<ProcessingInfo>(module, "ProcessingInfo", "What a bundle's processing gives.")
      .def_property_readonly("kind", [](const ProcessingInfo& self) { return self.kind; })
      .def_property_readonly("threshold", [](const ProcessingInfo& self) { return self.info.threshold; })
      .def_property_readonly("most_finds", [](const ProcessingInfo& self) { return self.info.most_finds; })
      .def_property_readonly("rows", [](const ProcessingInfo& self) { return self.info.rows; })
      .def_property_readonly("columns", [](const ProcessingInfo& self) { return self.info.columns; })
      .def_property_readonly("needs_reference",
                             [](const ProcessingInfo& self) { return self.info.needs_reference != 0; });

  py::class_<Model> model(module, "Model", "A loaded bundle.");
  model
      .def(py::init([](const py::object& source, std::int64_t threads, const std::string& isa,
                       const std::string& name, const std::vector<std::int64_t>& cpus,
                       std::int64_t realtime_priority, double spin_s) {
             const Model::Options options = {threads, isa, cpus, realtime_priority, spin_s};
             return std::make_unique<Model>(source, options, name);
           }),
           py::arg("source"), py::arg("threads") = 1, py::arg("isa") = "", py::arg("name") = "",
           py::kw_only(), py::arg("cpus") = std::vector<std::int64_t>(), py::arg("realtime_priority") = 0,
           py::arg("spin_s") = 0.0)
      .def_property_readonly("inputs", &Model::inputs)
      .def_property_readonly("outputs", &Model::outputs)
      .def_property_readonly("nodes", &Model::nodes)
      .def_property_readonly("memory", &Model::memory)
      .def_property_readonly("plan", &Model::plan)
      .def_property_readonly("labels", &Model::labels)
      .def_property_readonly("processing", &Model::processing)
      .def("prepare", &Model::prepare, py::arg("image"), py::arg("reference"), py::arg("bgr"),
           py::arg("outs"))
      .def("process", &Model::process, py::arg("image"), py::arg("reference"), py::arg("bgr"),
           py::arg("threshold"))
      .def("trace", &Model::trace, py::arg("inputs"), py::arg("outs"), py::arg("traced"));
  const auto method = py::reinterpret_steal<py::object>(
      PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(model.ptr()), &run_method));
  if (!method) throw py::error_already_set();
  model.attr("run") = method;
}
