#include "info.h"

#include "errors.h"

namespace aiedge::bindings {

namespace py = pybind11;

const char* dtype_name(aiedge_dtype dtype) {
  switch (dtype) {
    case AIEDGE_INT8:
      return "int8";
    case AIEDGE_UINT8:
      return "uint8";
    case AIEDGE_INT32:
      return "int32";
    case AIEDGE_FLOAT32:
      return "float32";
  }
  return "unknown";
}

TensorInfo make_tensor_info(const aiedge_tensor_info& info) {
  py::tuple shape(info.rank);
  for (std::uint32_t i = 0; i < info.rank; ++i) shape[i] = info.shape[i];
  return {decode(info.name), py::str(dtype_name(info.dtype)), shape, info.scale, info.zero_point};
}

NodeInfo make_node_info(const aiedge_node_info& info) {
  return {decode(info.name), py::str(info.op), py::str(info.kernel), info.macs};
}

}  // namespace aiedge::bindings
