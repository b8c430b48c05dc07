// What a model tells about itself, as Python objects.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

#include "aiedge/aiedge.h"

namespace aiedge::bindings {

struct TensorInfo {
  pybind11::str name;
  pybind11::str dtype;
  pybind11::tuple shape;
  float scale;
  std::int32_t zero_point;
};

struct NodeInfo {
  pybind11::str name;
  pybind11::str op;
  pybind11::str kernel;
  std::uint64_t macs;
};

[[nodiscard]] const char* dtype_name(aiedge_dtype dtype);
[[nodiscard]] TensorInfo make_tensor_info(const aiedge_tensor_info& info);
[[nodiscard]] NodeInfo make_node_info(const aiedge_node_info& info);

}  // namespace aiedge::bindings
