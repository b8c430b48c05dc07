"""An all-integer ONNX file of a quantized model, so that ONNX Runtime can run what the other engines run.

The form is the one that ONNX Runtime's CPU provider is fastest with: QLinear operators (its own domain where ONNX has
none), activations uint8 with the channels last, weights int8 (uint8 ones are moved by 128 with their zero point), which
are what ``vpdpbusd`` multiplies. So an int8 model's inputs and outputs become uint8 here, 128 higher; scales, weights,
biases and everything else are the model's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from aiedge.model.compile import import_model
from aiedge.model.ir import ops
from aiedge.model.ir.graph import Graph, Node, Tensor

OWN_DOMAIN = "com.microsoft"
OPSET = 17
IR_VERSION = 8


def onnx_form(data: bytes, name: str) -> bytes:
    """The bytes of a ``.tflite`` file -> those of an ``.onnx`` file; ``name`` stands in errors.

    Raises ValueError for an operation that has no such form here, ModelError for a broken file.
    """
    graph = import_model(data, name)
    form = _Form(graph)
    for node in graph.nodes:
        writer = _WRITERS.get(type(node.op))
        if writer is None:
            raise ValueError(f"{name}: {node.op.NAME} has no ONNX form here")
        writer(form, node)
    made = helper.make_graph(
        form.nodes,
        graph.name,
        [form.port(index) for index in graph.inputs],
        [form.port(index) for index in graph.outputs],
        form.constants,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(OWN_DOMAIN, 1)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION)
    serialized: bytes = model.SerializeToString()
    return serialized


@dataclass
class _Form:
    graph: Graph
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def name(self, index: int) -> str:
        """Numbers are names that no model's own can meet."""
        return f"t{index}"

    def port(self, index: int) -> Any:
        return helper.make_tensor_value_info(
            self.name(index), TensorProto.UINT8, self.graph.tensors[index].shape
        )

    def constant(self, values: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def quantization(self, index: int) -> list[str]:
        """Scale and zero point of an activation."""
        tensor = self.graph.tensors[index]
        assert tensor.quantization is not None  # noqa: S101 - a verified graph's activations have one
        zero_point = np.uint8(_as_uint8(tensor, tensor.quantization.zero_point))
        return [self.constant(np.float32(tensor.quantization.scale)), self.constant(zero_point)]

    def weights(self, index: int, axis: int, arrange: Callable[[NDArray[Any]], NDArray[Any]]) -> list[str]:
        """Values in ONNX's order, scale and zero point of int8 weights; ``axis`` holds the output channels."""
        tensor = self.graph.tensors[index]
        quantization, data = tensor.quantization, tensor.data
        if quantization is None or data is None:
            raise ValueError(f"{tensor.name}: weights that are no constant")
        shift = 128 if tensor.dtype == "uint8" else 0
        values = (data.astype(np.int16) - shift).astype(np.int8)
        zero_points = (quantization.zero_points - shift).astype(np.int8)
        scales = quantization.scales
        if not quantization.per_channel:
            scales, zero_points = scales[0], zero_points[0]
        elif len(scales) != data.shape[axis]:
            raise ValueError(f"{tensor.name}: {len(scales)} scales for {data.shape[axis]} channels")
        ordered = np.ascontiguousarray(arrange(values))
        return [self.constant(ordered), self.constant(scales), self.constant(zero_points)]

    def add(self, op: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> None:
        self.nodes.append(helper.make_node(op, list(inputs), [output], domain=domain, **attributes))

    def add_bounded(self, node: Node, op: str, inputs: Sequence[str], **attributes: Any) -> None:
        """An operator of ONNX Runtime's own, and a Clip where an activation bounds more than the type does."""
        index, bounded = node.outputs[0], node.op
        tensor, output = self.graph.tensors[index], self.name(index)
        assert isinstance(bounded, _BOUNDED)  # noqa: S101 - the table says so
        bounds = [_as_uint8(tensor, bound) for bound in (bounded.clamp_min, bounded.clamp_max)]
        if bounds == [0, 255]:
            self.add(op, inputs, output, OWN_DOMAIN, **attributes)
            return
        self.add(op, inputs, f"{output}_unbounded", OWN_DOMAIN, **attributes)
        limits = [self.constant(np.uint8(bound)) for bound in bounds]
        self.add("Clip", [f"{output}_unbounded", *limits], output)


_BOUNDED = (ops.Conv2D, ops.DepthwiseConv2D, ops.FullyConnected, ops.Add)


def _as_uint8(tensor: Tensor, value: int) -> int:
    return value + 128 if tensor.dtype == "int8" else value


def _convolution(form: _Form, node: Node) -> None:
    op = node.op
    assert isinstance(op, ops.Conv2D | ops.DepthwiseConv2D)  # noqa: S101 - the table says so
    x, w, bias = node.inputs
    depthwise = isinstance(op, ops.DepthwiseConv2D)
    # (O,KH,KW,I) or (1,KH,KW,C*M) -> (O,I of the group,KH,KW).
    order = (3, 0, 1, 2) if depthwise else (0, 3, 1, 2)
    form.add_bounded(
        node,
        "QLinearConv",
        [
            form.name(x),
            *form.quantization(x),
            *form.weights(w, 3 if depthwise else 0, lambda values: values.transpose(order)),
            *form.quantization(node.outputs[0]),
            form.constant(_data(form, bias)),
        ],
        channels_last=1,
        group=form.graph.tensors[x].shape[3] if depthwise else 1,
        kernel_shape=form.graph.tensors[w].shape[1:3],
        strides=[op.stride_h, op.stride_w],
        dilations=[op.dilation_h, op.dilation_w],
        pads=[op.pad_top, op.pad_left, op.pad_bottom, op.pad_right],
    )


def _fully_connected(form: _Form, node: Node) -> None:
    x, w, bias = node.inputs
    rows = form.name(x)
    if len(form.graph.tensors[x].shape) != 2:
        rows = f"{rows}_rows{len(form.nodes)}"
        shape = np.array([-1, form.graph.tensors[w].shape[1]], np.int64)
        form.add("Reshape", [form.name(x), form.constant(shape)], rows)
    if len(form.graph.tensors[node.outputs[0]].shape) != 2:
        raise ValueError(f"{node.name}: a fully connected output of more than two axes")
    form.add_bounded(
        node,
        "QGemm",
        [
            rows,
            *form.quantization(x),
            *form.weights(w, 0, lambda values: values),
            form.constant(_data(form, bias)),
            *form.quantization(node.outputs[0]),
        ],
        transB=1,
        alpha=1.0,
    )


def _add(form: _Form, node: Node) -> None:
    operands = [part for index in node.inputs for part in (form.name(index), *form.quantization(index))]
    form.add_bounded(node, "QLinearAdd", [*operands, *form.quantization(node.outputs[0])])


def _average(form: _Form, node: Node) -> None:
    op, (x,) = node.op, node.inputs
    if isinstance(op, ops.AveragePool2D):
        whole = (op.filter_h, op.filter_w) == form.graph.tensors[x].shape[1:3]
        if not whole or any((op.pad_top, op.pad_bottom, op.pad_left, op.pad_right)):
            raise ValueError(f"{node.name}: pooling of less than the whole has no ONNX form here")
    output = node.outputs[0]
    inputs = [form.name(x), *form.quantization(x), *form.quantization(output)]
    pooled = f"{form.name(output)}_pooled"
    form.add("QLinearGlobalAveragePool", inputs, pooled, OWN_DOMAIN, channels_last=1)
    _reshape_to(form, pooled, output)


def _softmax(form: _Form, node: Node) -> None:
    op, x, output = node.op, node.inputs[0], node.outputs[0]
    assert isinstance(op, ops.Softmax)  # noqa: S101 - the table says so
    if op.beta != 1.0:
        raise ValueError(f"{node.name}: softmax with a factor")
    inputs = [form.name(x), *form.quantization(x), *form.quantization(output)]
    form.add("QLinearSoftmax", inputs, form.name(output), OWN_DOMAIN, axis=-1, opset=13)


def _reshape(form: _Form, node: Node) -> None:
    _reshape_to(form, form.name(node.inputs[0]), node.outputs[0])


def _reshape_to(form: _Form, source: str, output: int) -> None:
    shape = np.array(form.graph.tensors[output].shape, np.int64)
    form.add("Reshape", [source, form.constant(shape)], form.name(output))


def _requantize(form: _Form, node: Node) -> None:
    """Between int8 and uint8 of the same values nothing is left to do."""
    x, output = (form.graph.tensors[index] for index in (node.inputs[0], node.outputs[0]))
    if x.quantization is None or output.quantization is None:
        raise ValueError(f"{node.name}: requantization of what is not quantized")
    same_scale = x.quantization.scale == output.quantization.scale
    before, after = _as_uint8(x, x.quantization.zero_point), _as_uint8(output, output.quantization.zero_point)
    if not same_scale or before != after:
        raise ValueError(f"{node.name}: requantization to another scale has no ONNX form here")
    form.add("Identity", [form.name(node.inputs[0])], form.name(node.outputs[0]))


def _data(form: _Form, index: int) -> NDArray[Any]:
    data = form.graph.tensors[index].data
    if data is None:
        raise ValueError(f"{form.graph.tensors[index].name}: a bias that is no constant")
    return data


_WRITERS: dict[type[ops.Op], Callable[[_Form, Node], None]] = {
    ops.Conv2D: _convolution,
    ops.DepthwiseConv2D: _convolution,
    ops.FullyConnected: _fully_connected,
    ops.Add: _add,
    ops.AveragePool2D: _average,
    ops.Mean: _average,
    ops.Softmax: _softmax,
    ops.Reshape: _reshape,
    ops.Requantize: _requantize,
}
