"""A graph as text: stable, one line a tensor or node, for reading and for comparing two graphs."""

from __future__ import annotations

import hashlib
from dataclasses import fields
from enum import IntEnum

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor


def to_text(graph: Graph) -> str:
    r"""The text form of a graph; equal graphs give equal texts, different ones differ (constants by their hash).

    ``%n`` is the tensor with index n. Names come last, quoted, with everything that is not printable escaped::

        graph 'kws.tflite' aiedge-1
        %0 = input int8[1,640] scale 0.39 zero 89 'input_1'
        %1 = constant int8[128,640] scale 0.003 zero 0 sha256 5f0a1c2e 'dense/weights'
        %3 = fully_connected(%0, %1, %2) clamp_min=-128 clamp_max=127 -> int8[1,128] scale 0.05 zero -128 'dense'
        outputs %3
    """
    lines = [f"graph {graph.name!r} {graph.arithmetic}"]
    lines += [f"%{i} = input {_tensor(graph.tensors[i])}" for i in graph.inputs]
    for index, tensor in enumerate(graph.tensors):
        if tensor.data is not None:
            digest = hashlib.sha256(np.ascontiguousarray(tensor.data).tobytes()).hexdigest()[:8]
            lines.append(f"%{index} = constant {_type(tensor)} sha256 {digest} {tensor.name!r}")
    lines += [_node(graph, node) for node in graph.nodes]
    lines.append(f"outputs {_references(graph.outputs)}")
    return "\n".join(lines) + "\n"


def _quantization(quantization: Quantization | None) -> str:
    if quantization is None:
        return ""
    if not quantization.per_channel:
        return f"scale {quantization.scale!s} zero {quantization.zero_point}"
    scales = quantization.scales
    digest = hashlib.sha256(scales.tobytes()).hexdigest()[:8]
    return f"scales {scales.size} on axis {quantization.axis}: {scales.min()!s} to {scales.max()!s} sha256 {digest}"


def _type(tensor: Tensor) -> str:
    shape = ",".join(map(str, tensor.shape))
    return f"{tensor.dtype}[{shape}] {_quantization(tensor.quantization)}".rstrip()


def _tensor(tensor: Tensor) -> str:
    return f"{_type(tensor)} {tensor.name!r}"


def _node(graph: Graph, node: Node) -> str:
    attributes = "".join(
        f" {field.name}={_attribute(getattr(node.op, field.name))}" for field in fields(node.op)
    )
    outputs = ", ".join(_tensor(graph.tensors[i]) for i in node.outputs)
    return (
        f"{_references(node.outputs)} = {node.op.NAME}({_references(node.inputs)}){attributes} -> {outputs}"
    )


def _attribute(value: object) -> object:
    """A function by its name, a number as it is."""
    return value.name.lower() if isinstance(value, IntEnum) else value


def _references(indices: tuple[int, ...]) -> str:
    return ", ".join(f"%{i}" for i in indices)
