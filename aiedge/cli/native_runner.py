"""Runs graphs in the native engine, with the values of all tensors, for quantization."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.engines.native import NativeEngine, load
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph
from aiedge.model.passes.tables import add_tables

_KEPT_LOADED = 8


class _Loaded(NamedTuple):
    graph: Graph
    engine: NativeEngine
    out: list[NDArray[Any]]


class NativeRunner:
    """Called with a verified graph and its inputs: the arrays of all tensors, as ``interpret_all`` gives them.

    Keeps the last graphs loaded; a graph must not be changed between two calls. Blocks; raises ModelError for a graph
    that the core refuses.
    """

    def __init__(self) -> None:
        self._loaded: OrderedDict[int, _Loaded] = OrderedDict()

    def __call__(self, graph: Graph, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Run once."""
        loaded = self._of(graph)
        values: list[Any] = [tensor.data for tensor in graph.tensors]
        for index, array in zip(graph.inputs, inputs, strict=True):
            values[index] = array

        def note(node: int, array: NDArray[Any]) -> None:
            values[graph.nodes[node].outputs[0]] = array

        loaded.engine.visit([np.ascontiguousarray(array) for array in inputs], loaded.out, note)
        for index, tensor in enumerate(graph.tensors):
            if values[index] is None:
                # Nothing makes it and nothing reads it.
                values[index] = np.zeros(tensor.shape, tensor.dtype)
        return values

    def _of(self, graph: Graph) -> _Loaded:
        # A loaded graph is held, so that no other can have its id meanwhile.
        found = self._loaded.get(id(graph))
        if found is None:
            engine = load(graph.name, write_bundle(add_tables(graph)), 1)
            found = _Loaded(graph, engine, [np.zeros(spec.shape, spec.dtype) for spec in engine.outputs])
            self._loaded[id(graph)] = found
            if len(self._loaded) > _KEPT_LOADED:
                self._loaded.popitem(last=False)
        self._loaded.move_to_end(id(graph))
        return found
