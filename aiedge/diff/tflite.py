"""LiteRT as one side of a comparison: an interpreter that keeps all values of a run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.diff.layer import Coding, Layer, LayerKey, Source, Visit, keyed
from aiedge.diff.model_file import ModelFile
from aiedge.engines.tflite import load
from aiedge.errors import EngineError
from aiedge.model.importers.tflite_reader import FileTensor, read_tflite

_DTYPES = {"INT8": "int8", "UINT8": "uint8", "INT16": "int16"}


class TfliteSource:
    """See :class:`~aiedge.diff.layer.Source`."""

    def __init__(self, file: ModelFile, data: bytes, label: str) -> None:
        self.label = label
        model = read_tflite(data, str(file.path))
        made = [
            (operator.kind, index, model.tensors[index])
            for operator in model.operators
            for index in operator.outputs
        ]
        keys = keyed([tensor.name for _, _, tensor in made])
        self.layers = tuple(
            Layer(key, kind.lower(), _coding(tensor))
            for key, (kind, _, tensor) in zip(keys, made, strict=True)
        )
        self._index_of = {key: index for key, (_, index, _) in zip(keys, made, strict=True)}
        self._engine = load(str(file.path), data, 1, keep_all=True)
        self.inputs = self._engine.inputs
        self._outputs = [np.zeros(spec.shape, spec.dtype) for spec in self._engine.outputs]
        self._wanted: list[LayerKey] = []

    def want(self, keys: Collection[LayerKey]) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        chosen = frozenset(keys)
        self._wanted = [layer.key for layer in self.layers if layer.key in chosen]

    def run(self, inputs: Sequence[NDArray[Any]], visit: Visit) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        # No other engine has a memory from run to run.
        self._engine.forget()
        self._engine.run(inputs, self._outputs)
        values = self._engine.values([self._index_of[key] for key in self._wanted])
        for key, value in zip(self._wanted, values, strict=True):
            if value is not None:
                visit(key, value)


def open_tflite(file: ModelFile, label: str, held_to: str) -> Source:
    """Make an interpreter; there is nothing that it could be ``held_to``."""
    if held_to:
        raise EngineError("AIE-ENG-017", engine="tflite", option=held_to, known="none")
    return TfliteSource(file, file.of_kind(".tflite", "tflite"), label)


def _coding(tensor: FileTensor) -> Coding | None:
    dtype = _DTYPES.get(tensor.type_name)
    if dtype is None or tensor.scales.size != 1:
        return None
    zero_point = int(tensor.zero_points[0]) if tensor.zero_points.size else 0
    return Coding(dtype, float(tensor.scales[0]), zero_point)
