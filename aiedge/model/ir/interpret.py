"""The oracle: runs a graph in NumPy, exactly as ``aiedge-1`` (docs/arithmetic.md) says, plainly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import InputError
from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.oracle import ORACLE


def interpret(graph: Graph, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Run a verified graph once; the arrays of its outputs, in order.

    ``inputs``: one array for each graph input, of exactly its shape and dtype; else InputError.
    """
    values = interpret_all(graph, inputs)
    return [values[i] for i in graph.outputs]


def interpret_all(graph: Graph, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Like :func:`interpret`, but the arrays of all tensors, indexed as ``graph.tensors``."""
    if len(inputs) != len(graph.inputs):
        expected = len(graph.inputs)
        raise InputError("AIE-ENG-003", where=graph.name, kind="input", expected=expected, given=len(inputs))
    values: dict[int, NDArray[Any]] = {}
    for index, array in zip(graph.inputs, inputs, strict=True):
        _check_fits(graph, graph.tensors[index], array)
        values[index] = array
    for index, tensor in enumerate(graph.tensors):
        if tensor.data is not None:
            values[index] = tensor.data
    for node in graph.nodes:
        tensors = [graph.tensors[i] for i in node.inputs]
        output = graph.tensors[node.outputs[0]]
        result = ORACLE[type(node.op)](node.op, [values[i] for i in node.inputs], tensors, output)
        values[node.outputs[0]] = result.astype(output.dtype, order="C").reshape(output.shape)
    return [values[i] for i in range(len(graph.tensors))]


def _check_fits(graph: Graph, tensor: Tensor, array: NDArray[Any]) -> None:
    if array.shape != tensor.shape or array.dtype != np.dtype(tensor.dtype):
        raise InputError(
            "AIE-ENG-004",
            where=graph.name,
            name=tensor.name,
            expected=f"{tensor.dtype} {tensor.shape}",
            given=f"{array.dtype} {array.shape}",
        )
