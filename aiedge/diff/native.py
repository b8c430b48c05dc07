"""The native engine, held to an instruction set if wanted, as one side of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.diff.graph_layers import graph_inputs, graph_layers
from aiedge.diff.layer import LayerKey, Source, Visit
from aiedge.diff.model_file import ModelFile
from aiedge.engines.native import NativeEngine, load


class NativeSource:
    """See :class:`~aiedge.diff.layer.Source`."""

    def __init__(self, engine: NativeEngine, file: ModelFile, label: str) -> None:
        self.label = label
        self._engine = engine
        # The core runs the nodes of the file's graph, each and in its order.
        self.inputs = graph_inputs(file.graph)
        self.layers = graph_layers(file.graph)
        self._wanted: frozenset[LayerKey] = frozenset()
        self._out = [np.zeros(spec.shape, spec.dtype) for spec in engine.outputs]

    def want(self, keys: Collection[LayerKey]) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        self._wanted = frozenset(keys)

    def run(self, inputs: Sequence[NDArray[Any]], visit: Visit) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""

        def show(node: int, values: NDArray[Any]) -> None:
            key = self.layers[node].key
            if key in self._wanted:
                visit(key, values)

        self._engine.visit(inputs, self._out, show)


def open_native(file: ModelFile, label: str, held_to: str) -> Source:
    """Load the model; ``held_to`` is an instruction set, empty for the best of this CPU."""
    return NativeSource(load(str(file.path), file.bundle, 1, isa=held_to), file, label)
