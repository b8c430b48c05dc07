"""The NumPy interpreter, which is the specification of the arithmetic, as one side of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from numpy.typing import NDArray

from aiedge.diff.graph_layers import graph_inputs, graph_layers
from aiedge.diff.layer import LayerKey, Source, Visit
from aiedge.diff.model_file import ModelFile
from aiedge.errors import EngineError
from aiedge.model.ir.interpret import interpret_all


class OracleSource:
    """See :class:`~aiedge.diff.layer.Source`."""

    def __init__(self, file: ModelFile, label: str) -> None:
        self.label = label
        self._graph = file.graph
        self.inputs = graph_inputs(self._graph)
        self.layers = graph_layers(self._graph)
        self._wanted: frozenset[LayerKey] = frozenset()

    def want(self, keys: Collection[LayerKey]) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        self._wanted = frozenset(keys)

    def run(self, inputs: Sequence[NDArray[Any]], visit: Visit) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        values = interpret_all(self._graph, inputs)
        for node, layer in zip(self._graph.nodes, self.layers, strict=True):
            if layer.key in self._wanted:
                visit(layer.key, values[node.outputs[0]])


def open_oracle(file: ModelFile, label: str, held_to: str) -> Source:
    """Make it; there is nothing that it could be ``held_to``."""
    if held_to:
        raise EngineError("AIE-ENG-017", engine="oracle", option=held_to, known="none")
    return OracleSource(file, label)
