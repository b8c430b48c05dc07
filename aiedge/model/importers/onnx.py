"""An .onnx file -> Graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from aiedge.errors import ModelError
from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops import OPERATORS
from aiedge.model.importers.onnx_ops.fields import unsupported
from aiedge.model.importers.onnx_ops.floats import float_value
from aiedge.model.importers.onnx_reader import FileInput, FileModel, FileNode, read_onnx
from aiedge.model.importers.onnx_values import (
    FLOAT,
    Above,
    Activation,
    Coding,
    Constant,
    Function,
    Pending,
    Real,
    Value,
    Weights,
)
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.limits import MAX_CONSTANT_BYTES

OLDEST_OPSET, NEWEST_OPSET = 11, 28
"""The versions of ONNX's operators whose meaning is known here."""

_CHANNELS_LAST = (0, 2, 3, 1)


@dataclass(frozen=True, slots=True)
class OnnxOptions:
    """What the file leaves open.

    ``batch``: the size of an open first axis (1 when None); a fixed one stays, and must be this one if it is given.
    ``layout``: ``file`` keeps the order of axes of the file's inputs and outputs, ``nhwc`` gives those with four axes
    with the channels last. ``cut_softmax``: the outputs are the inputs of softmaxes that stay in float.
    """

    batch: int | None = None
    layout: Literal["file", "nhwc"] = "file"
    cut_softmax: bool = False


def import_onnx(data: bytes, name: str, options: OnnxOptions | None = None) -> Graph:
    """Turn the bytes of an .onnx file into a graph; ``name`` becomes the graph's and stands in errors.

    Models in float32, in QDQ and QOperator form, and those of which a part is quantized. Inputs and outputs in float
    become the integers that the file quantizes them to where it has some, under the same names. Raises ModelError for
    a damaged, hostile or unsupported model. The graph is not verified yet.
    """
    options = options or OnnxOptions()
    model = read_onnx(data, name)
    limit = min(MAX_CONSTANT_BYTES, 8 * len(data) + (64 << 20))
    builder = GraphBuilder(name, _opset(model, name), flips=_has_int8(model), constant_bytes=limit)
    for key, array in model.constants.items():
        builder.define(key, Constant(array), name)
    order = _CHANNELS_LAST if options.layout == "nhwc" else (0, 1, 2, 3)
    inputs = []
    for one in model.inputs:
        x = _declare(builder, one, options.batch, order)
        inputs.append((one.name, x))
        builder.define(one.name, x, one.place)
    for node in model.nodes:
        kind = f"{node.domain}.{node.kind}" if node.domain else node.kind
        if kind not in OPERATORS:
            raise ModelError("AIE-MOD-043", where=node.place, operator=kind)
        if not node.outputs:
            raise ModelError("AIE-MOD-009", where=node.place, reason="it has no output")
        OPERATORS[kind](builder, node)
    outputs = [_output(builder, key, options, order) for key in model.outputs]
    return builder.finish(inputs, outputs)


def _opset(model: FileModel, source: str) -> int:
    version = model.opsets.get("", 0)
    if not OLDEST_OPSET <= version <= NEWEST_OPSET:
        raise ModelError(
            "AIE-MOD-044", where=source, version=version, oldest=OLDEST_OPSET, newest=NEWEST_OPSET
        )
    return version


def _has_int8(model: FileModel) -> bool:
    """Whether int8 is anywhere in the file, in weights or as the type of a zero point."""
    attributes = [value for node in model.nodes for value in node.attributes.values()]
    arrays = [*model.constants.values(), *(value for value in attributes if isinstance(value, np.ndarray))]
    return any(array.dtype == np.int8 for array in arrays) or any(
        one.type_name == "int8" for one in model.inputs
    )


def _declare(builder: GraphBuilder, one: FileInput, batch: int | None, order: tuple[int, ...]) -> Activation:
    if one.type_name not in {"float32", "int8", "uint8"}:
        raise ModelError("AIE-MOD-006", where=one.place, dtype=one.type_name)
    shape = []
    for axis, size in enumerate(one.shape):
        if size is None and axis > 0:
            raise ModelError(
                "AIE-MOD-008", where=one.place, shape=["?" if s is None else s for s in one.shape]
            )
        shape.append(size if size is not None else batch or 1)
    if batch is not None and shape and shape[0] != batch:
        raise ModelError("AIE-MOD-045", where=one.place, batch=batch, fixed=shape[0])
    coding = FLOAT if one.type_name == "float32" else Coding(one.type_name)
    rank = len(shape)
    return builder.declare(
        one.name, tuple(shape), order if rank == 4 else tuple(range(rank)), coding, one.place
    )


def _output(
    builder: GraphBuilder, name: str, options: OnnxOptions, order: tuple[int, ...]
) -> tuple[str, Activation]:
    """The tensor of an output: integers without what dequantizes them last, else numbers."""
    place = f"{builder.source}: output {name[:80]!r}"
    value = builder.find(name, place)
    node = FileNode(place, name, "output", "", (name,), (name,), {})
    if options.cut_softmax:
        value = _before_softmax(builder, value)
    if isinstance(value, Constant | Weights | Above):
        raise unsupported(
            node, f"an output that is {'a comparison' if isinstance(value, Above) else 'constant'}"
        )
    if isinstance(value, Real):
        value = value.activation
    if isinstance(value, Pending | Function):
        value = float_value(builder, node, value, name)
    return name, builder.ordered(
        node, value, order if len(value.shape) == 4 else tuple(range(len(value.shape)))
    )


def _before_softmax(builder: GraphBuilder, value: Value) -> Value:
    """What goes into a softmax that is left in float, or the value itself."""
    if isinstance(value, Pending) and value.softmax_of is not None:
        return value.softmax_of
    if isinstance(value, Activation):
        return builder.before_softmax.get(value.tensor, value)
    return value
