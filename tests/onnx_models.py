"""One quantized operation as an ONNX model of QLinear operators; inputs and outputs in ONNX's order (NCHW)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from aiedge.model.ir import ops
from aiedge.model.ir.graph import Graph

Array = NDArray[Any]
_OWN = "com.microsoft"
_TYPES = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8}


def run_onnx(graph: Graph, inputs: list[Array]) -> Array:
    """The output of a graph of one operation in ONNX Runtime, before the bounds of an activation."""
    (node,) = graph.nodes
    form = _Form(graph)
    _WRITERS[type(node.op)](form, node.op)
    session = form.session()
    arrange = _channels_second if isinstance(node.op, _WINDOWED) else _as_it_is
    given = {f"t{i}": arrange(values) for i, values in zip(graph.inputs, inputs, strict=True)}
    (result,) = session.run(None, given)
    last: Array = np.moveaxis(result, 1, -1) if isinstance(node.op, _WINDOWED) else result
    return last.reshape(graph.tensors[node.outputs[0]].shape)


_WINDOWED = (ops.AveragePool2D, ops.Conv2D, ops.DepthwiseConv2D, ops.MaxPool2D)


def _channels_second(values: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(values, -1, 1))


def _as_it_is(values: Array) -> Array:
    return values


class _Form:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.inputs, self.output = graph.nodes[0].inputs, graph.nodes[0].outputs[0]
        self.constants: list[Any] = []
        self.nodes: list[Any] = []

    def constant(self, values: Array) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def quantization(self, index: int, factor: float = 1.0) -> list[str]:
        tensor = self.graph.tensors[index]
        assert tensor.quantization is not None
        scales, zeros = tensor.quantization.scales, tensor.quantization.zero_points.astype(tensor.dtype)
        if tensor.quantization.per_channel:
            return [self.constant(scales), self.constant(zeros)]
        return [self.constant(scales[0] * np.float32(factor)), self.constant(zeros[0])]

    def operand(self, index: int, arrange: Callable[[Array], Array] = _as_it_is) -> list[str]:
        """Value, scale, zero point."""
        data = self.graph.tensors[index].data
        value = f"t{index}" if data is None else self.constant(np.ascontiguousarray(arrange(data)))
        return [value, *self.quantization(index)]

    def add(self, kind: str, inputs: list[str], domain: str = "", **attributes: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [f"t{self.output}"], domain=domain, **attributes))

    def session(self) -> onnxruntime.InferenceSession:
        def port(index: int) -> Any:
            tensor = self.graph.tensors[index]
            shape = [None] * len(tensor.shape)
            return helper.make_tensor_value_info(f"t{index}", _TYPES[tensor.dtype], shape)

        made = helper.make_graph(
            self.nodes, "one", [port(i) for i in self.graph.inputs], [port(self.output)], self.constants
        )
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid(_OWN, 1)]
        model = helper.make_model(made, opset_imports=opsets, ir_version=8)
        return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def _convolution(form: _Form, op: ops.Conv2D | ops.DepthwiseConv2D) -> None:
    x, w, bias = form.inputs
    depthwise = isinstance(op, ops.DepthwiseConv2D)
    order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
    form.add(
        "QLinearConv",
        [
            *form.operand(x),
            *form.operand(w, lambda values: values.transpose(order)),
            *form.quantization(form.output),
            *_bias(form, bias),
        ],
        group=form.graph.tensors[x].shape[3] if depthwise else 1,
        strides=[op.stride_h, op.stride_w],
        dilations=[op.dilation_h, op.dilation_w],
        pads=[op.pad_top, op.pad_left, op.pad_bottom, op.pad_right],
    )


def _bias(form: _Form, index: int) -> list[str]:
    data = form.graph.tensors[index].data
    assert data is not None
    return [form.constant(data)]


def _fully_connected(form: _Form, op: ops.FullyConnected) -> None:
    x, w, bias = form.inputs
    operands = [*form.operand(x), *form.operand(w), *_bias(form, bias)]
    form.add("QGemm", [*operands, *form.quantization(form.output)], _OWN, transB=1, alpha=1.0)


def _binary(kind: str) -> Callable[[_Form, ops.Op], None]:
    def write(form: _Form, op: ops.Op) -> None:
        a, b = form.inputs
        form.add(kind, [*form.operand(a), *form.operand(b), *form.quantization(form.output)], _OWN)

    return write


def _pool_attributes(op: ops.AveragePool2D | ops.MaxPool2D) -> dict[str, Any]:
    return {
        "kernel_shape": [op.filter_h, op.filter_w],
        "strides": [op.stride_h, op.stride_w],
        "pads": [op.pad_top, op.pad_left, op.pad_bottom, op.pad_right],
    }


def _average_pool(form: _Form, op: ops.AveragePool2D) -> None:
    inputs = [*form.operand(form.inputs[0]), *form.quantization(form.output)]
    form.add("QLinearAveragePool", inputs, _OWN, count_include_pad=0, **_pool_attributes(op))


def _max_pool(form: _Form, op: ops.MaxPool2D) -> None:
    form.add("MaxPool", form.operand(form.inputs[0])[:1], **_pool_attributes(op))


def _softmax(form: _Form, op: ops.Softmax) -> None:
    x = form.inputs[0]
    # ONNX has no beta: it is a factor of the input's scale
    inputs = [f"t{x}", *form.quantization(x, op.beta), *form.quantization(form.output)]
    form.add("QLinearSoftmax", inputs, _OWN, axis=-1, opset=13)


def _sigmoid(form: _Form, op: ops.Lookup) -> None:
    form.add("QLinearSigmoid", [*form.operand(form.inputs[0]), *form.quantization(form.output)], _OWN)


_WRITERS: Mapping[type[ops.Op], Callable[[_Form, Any], None]] = {
    ops.Add: _binary("QLinearAdd"),
    ops.AveragePool2D: _average_pool,
    ops.Conv2D: _convolution,
    ops.DepthwiseConv2D: _convolution,
    ops.FullyConnected: _fully_connected,
    ops.Lookup: _sigmoid,
    ops.MaxPool2D: _max_pool,
    ops.Mul: _binary("QLinearMul"),
    ops.Softmax: _softmax,
}
