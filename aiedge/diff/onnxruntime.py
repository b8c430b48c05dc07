"""ONNX Runtime as one side of a comparison: what is asked for becomes an output of its graph."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.diff.graph_layers import graph_layers
from aiedge.diff.layer import Coding, Layer, LayerKey, Source, Visit
from aiedge.diff.model_file import ModelFile
from aiedge.engines.onnxruntime import load
from aiedge.errors import EngineError, ModelError
from aiedge.model.importers.onnx_reader import read_onnx
from aiedge.types import TensorSpec


class OnnxruntimeSource:
    """See :class:`~aiedge.diff.layer.Source`."""

    def __init__(self, file: ModelFile, data: bytes, label: str) -> None:
        self.label = label
        self._where = str(file.path)
        self._data = data
        model = read_onnx(data, self._where)
        codings = _codings(file)
        self.layers = tuple(
            Layer(LayerKey(name), node.kind, codings.get(name))
            for node in model.nodes
            for name in node.outputs
            if name
        )
        self._own = set(model.outputs)
        self._engine = load(self._where, data, 1)
        self.inputs = tuple(_with_coding(spec, codings) for spec in self._engine.inputs)
        self._outputs = [np.zeros(spec.shape, spec.dtype) for spec in self._engine.outputs]
        self._wanted: list[LayerKey] = []

    def want(self, keys: Collection[LayerKey]) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        chosen = frozenset(keys)
        self._wanted = [layer.key for layer in self.layers if layer.key in chosen]
        further = [key.name for key in self._wanted if key.name not in self._own]
        self._engine = load(self._where, self._data, 1, further=further)

    def run(self, inputs: Sequence[NDArray[Any]], visit: Visit) -> None:
        """See :class:`~aiedge.diff.layer.Source`."""
        inside = [key for key in self._wanted if key.name not in self._own]
        values = dict(zip(inside, self._engine.values(inputs), strict=True)) if inside else {}
        if len(inside) < len(self._wanted):
            self._engine.run(inputs, self._outputs)
            for spec, array in zip(self._engine.outputs, self._outputs, strict=True):
                values[LayerKey(spec.name)] = array.copy()
        for key in self._wanted:
            visit(key, values[key])


def open_onnxruntime(file: ModelFile, label: str, held_to: str) -> Source:
    """Make a session; there is nothing that it could be ``held_to``."""
    if held_to:
        raise EngineError("AIE-ENG-017", engine="onnxruntime", option=held_to, known="none")
    return OnnxruntimeSource(file, file.of_kind(".onnx", "onnxruntime"), label)


def _codings(file: ModelFile) -> dict[str, Coding]:
    """How the integers inside are meant, by name, as our importer reads the file; nothing of one that it refuses."""
    try:
        graph = file.graph
    except ModelError:
        return {}
    inside = {layer.key.name: layer.coding for layer in graph_layers(graph)}
    inputs = [graph.tensors[index] for index in graph.inputs]
    for tensor in inputs:
        if tensor.quantization is not None:
            quantization = tensor.quantization
            inside[tensor.name] = Coding(tensor.dtype, float(quantization.scale), quantization.zero_point)
    return {name: coding for name, coding in inside.items() if coding is not None}


def _with_coding(spec: TensorSpec, codings: dict[str, Coding]) -> TensorSpec:
    coding = codings.get(spec.name)
    if coding is None or coding.dtype != spec.dtype.name:
        return spec
    return TensorSpec(spec.name, spec.shape, spec.dtype, coding.scale, coding.zero_point)
