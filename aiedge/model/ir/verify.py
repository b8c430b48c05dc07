"""Every invariant of a Graph. What passes here is safe to interpret, to bundle and to plan."""

from __future__ import annotations

import numpy as np

from aiedge.errors import ModelError
from aiedge.model.ir.graph import ARITHMETIC, DTYPES, Graph, Quantization, Tensor
from aiedge.model.ir.limits import (
    MAX_CONSTANT_BYTES,
    MAX_DIMENSION,
    MAX_ELEMENTS,
    MAX_GRAPH_INPUTS,
    MAX_GRAPH_OUTPUTS,
    MAX_NODES,
    MAX_RANK,
    MAX_TENSORS,
)
from aiedge.model.ir.place import node_place, tensor_place
from aiedge.model.ir.verify_ops import OpError, check_op


def verify(graph: Graph) -> None:
    """Check the whole graph; raises ModelError with the tensor or node named.

    Checked: the arithmetic's name; counts and sizes; index ranges; names; that nodes stand in an order in which they
    can run and every activation has exactly one producer; data against shape and dtype, and that float constants are
    finite; quantization; and for each operation its tensors' dtypes, shapes, quantization and attributes.
    """
    if graph.arithmetic != ARITHMETIC:
        raise ModelError("AIE-MOD-014", where=graph.name, arithmetic=graph.arithmetic, supported=ARITHMETIC)
    _check_counts(graph)
    _check_indices(graph)
    _check_names(graph)
    for index, tensor in enumerate(graph.tensors):
        reason = _tensor_fault(tensor)
        if reason:
            raise ModelError("AIE-MOD-009", where=tensor_place(graph, index), reason=reason)
        _check_finite(graph, index)
    _check_constants(graph)
    _check_order(graph)
    for index, node in enumerate(graph.nodes):
        try:
            check_op(
                node.op, [graph.tensors[i] for i in node.inputs], [graph.tensors[i] for i in node.outputs]
            )
        except OpError as error:
            raise ModelError("AIE-MOD-009", where=node_place(graph, index), reason=str(error)) from None


def _check_counts(graph: Graph) -> None:
    for unit, count, limit in (
        ("tensors", len(graph.tensors), MAX_TENSORS),
        ("nodes", len(graph.nodes), MAX_NODES),
        ("inputs", len(graph.inputs), MAX_GRAPH_INPUTS),
        ("outputs", len(graph.outputs), MAX_GRAPH_OUTPUTS),
    ):
        if count > limit:
            raise ModelError("AIE-MOD-017", where=graph.name, count=count, unit=unit, limit=limit)
        if count == 0:
            raise ModelError("AIE-MOD-009", where=graph.name, reason=f"it has no {unit}")


def _check_indices(graph: Graph) -> None:
    count = len(graph.tensors)
    for what, indices in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if any(not 0 <= i < count for i in indices) or len(set(indices)) != len(indices):
            raise ModelError(
                "AIE-MOD-009",
                where=graph.name,
                reason=f"its {what} {indices} are not distinct tensors of {count}",
            )
    for index, node in enumerate(graph.nodes):
        if any(not 0 <= i < count for i in (*node.inputs, *node.outputs)):
            raise ModelError(
                "AIE-MOD-009", where=node_place(graph, index), reason=f"it names a tensor outside the {count}"
            )


def _check_finite(graph: Graph, index: int) -> None:
    data = graph.tensors[index].data
    if data is not None and data.dtype == np.float32 and not np.isfinite(data).all():
        value = data[~np.isfinite(data)][0]
        raise ModelError("AIE-MOD-050", where=tensor_place(graph, index), value=value)


def _check_constants(graph: Graph) -> None:
    total = sum(tensor.data.nbytes for tensor in graph.tensors if tensor.data is not None)
    if total > MAX_CONSTANT_BYTES:
        raise ModelError(
            "AIE-MOD-017", where=graph.name, count=total, unit="bytes of constants", limit=MAX_CONSTANT_BYTES
        )


def _check_order(graph: Graph) -> None:
    available = {i for i, tensor in enumerate(graph.tensors) if tensor.is_constant}
    for index in (*graph.inputs, *graph.outputs):
        if index in available:
            raise ModelError(
                "AIE-MOD-009",
                where=tensor_place(graph, index),
                reason="a model's input or output is a constant",
            )
    available.update(graph.inputs)
    for index, node in enumerate(graph.nodes):
        for tensor in node.inputs:
            if tensor not in available:
                reason = f"its input {graph.tensors[tensor].name!r} is not computed before it"
                raise ModelError("AIE-MOD-009", where=node_place(graph, index), reason=reason)
        for tensor in node.outputs:
            if tensor in available:
                reason = f"its output {graph.tensors[tensor].name!r} has a value already"
                raise ModelError("AIE-MOD-009", where=node_place(graph, index), reason=reason)
            available.add(tensor)
    for index in range(len(graph.tensors)):
        if index not in available:
            raise ModelError(
                "AIE-MOD-009", where=tensor_place(graph, index), reason="nothing produces the tensor"
            )


def _check_names(graph: Graph) -> None:
    # C callers read names as zero-terminated UTF-8.
    for name in (graph.name, *(t.name for t in graph.tensors), *(n.name for n in graph.nodes)):
        if "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
            raise ModelError("AIE-MOD-009", where=graph.name, reason=f"the name {name!r} is no text")


def _tensor_fault(tensor: Tensor) -> str:
    """Why the tensor alone is not valid, or an empty text."""
    quantized = tensor.dtype in {"int8", "uint8"}
    fault = ""
    if tensor.dtype not in DTYPES:
        fault = f"its dtype is {tensor.dtype!r}"
    elif len(tensor.shape) > MAX_RANK:
        fault = f"it has {len(tensor.shape)} axes, more than {MAX_RANK}"
    elif any(not 1 <= size <= MAX_DIMENSION for size in tensor.shape) or tensor.element_count > MAX_ELEMENTS:
        fault = f"its shape {list(tensor.shape)} is out of range"
    elif tensor.data is not None and (tensor.data.shape, tensor.data.dtype.name) != (
        tensor.shape,
        tensor.dtype,
    ):
        fault = f"its data are {tensor.data.dtype} {list(tensor.data.shape)}"
    elif quantized != (tensor.quantization is not None):
        fault = f"it is {tensor.dtype} {'without' if quantized else 'with'} a quantization"
    elif tensor.quantization is not None:
        fault = _quantization_fault(tensor, tensor.quantization)
    return fault


def _quantization_fault(tensor: Tensor, quantization: Quantization) -> str:
    scales, zero_points = quantization.scales, quantization.zero_points
    limits = np.iinfo(tensor.dtype)
    fault = ""
    if scales.dtype != np.float32 or zero_points.dtype != np.int32 or scales.ndim != 1:
        fault = "its scales are not float32 or its zero points not int32"
    elif scales.shape != zero_points.shape or scales.size == 0:
        fault = f"it has {scales.size} scales and {zero_points.size} zero points"
    elif not np.all(np.isfinite(scales) & (scales > 0)):
        fault = "a scale is not a positive number"
    elif np.any((zero_points < limits.min) | (zero_points > limits.max)):
        fault = f"a zero point is outside {tensor.dtype}"
    elif quantization.per_channel:
        axis = quantization.axis
        if not 0 <= axis < len(tensor.shape) or tensor.shape[axis] != scales.size:
            fault = f"it has {scales.size} scales on axis {axis} of {list(tensor.shape)}"
        elif tensor.data is None:
            fault = "it is an activation with a scale for each channel"
        elif np.any(zero_points != 0):
            fault = "it has a scale for each channel and a zero point that is not 0"
    return fault
