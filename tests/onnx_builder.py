"""Builds small .onnx files for tests, with the helpers of the package onnx."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

ELEMENT_TYPES = {
    "float32": TensorProto.FLOAT,
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
}


class OnnxBuilder:
    """One graph, built from front to back. Names of values are handed from call to call."""

    def __init__(self, opset: int = 17) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.opset = opset

    def input(self, name: str, shape: tuple[int | str | None, ...], dtype: str = "float32") -> str:
        self.inputs.append(helper.make_tensor_value_info(name, ELEMENT_TYPES[dtype], shape))
        return name

    def constant(self, array: Any, dtype: str | None = None, name: str | None = None) -> str:
        values = np.asarray(array, dtype)
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def node(self, kind: str, *inputs: str, domain: str = "", count: int = 1, **attributes: Any) -> str:
        outputs = [f"{kind.lower()}{len(self.nodes)}_{i}" for i in range(count)]
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0]

    def quantize(self, x: str, scale: float, zero_point: int, dtype: str) -> str:
        return self.node("QuantizeLinear", x, *self._coding(scale, zero_point, dtype))

    def dequantize(self, x: str, scale: float, zero_point: int, dtype: str) -> str:
        return self.node("DequantizeLinear", x, *self._coding(scale, zero_point, dtype))

    def both(self, x: str, scale: float, zero_point: int, dtype: str) -> str:
        """Quantize and dequantize again."""
        return self.dequantize(self.quantize(x, scale, zero_point, dtype), scale, zero_point, dtype)

    def weights(self, array: NDArray[Any], scales: Any, zero_point: int = 0, axis: int = 0) -> str:
        """Constant integers, dequantized; a scale for each index of ``axis``, or one."""
        scale = np.asarray(scales, np.float32)
        points = np.full(scale.shape, zero_point, array.dtype)
        inputs = (self.constant(array), self.constant(scale), self.constant(points))
        return self.node("DequantizeLinear", *inputs, **({"axis": axis} if scale.ndim else {}))

    def proto(self, *outputs: str) -> onnx.ModelProto:
        made = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(self.nodes, "graph", self.inputs, made, self.constants)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    def build(self, *outputs: str) -> bytes:
        data: bytes = self.proto(*outputs).SerializeToString()
        return data

    def _coding(self, scale: float, zero_point: int, dtype: str) -> tuple[str, str]:
        return self.constant(np.float32(scale)), self.constant(np.array(zero_point, dtype))


def run_onnxruntime(data: bytes, *inputs: NDArray[Any]) -> list[NDArray[Any]]:
    """The outputs of ONNX Runtime, with its default optimizations."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    outputs: list[NDArray[Any]] = session.run(None, dict(zip(names, inputs, strict=True)))
    return outputs
