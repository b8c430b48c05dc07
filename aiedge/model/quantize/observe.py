"""What calibration learns of a float graph: each tensor's histogram and its channels' ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import InputError, ModelError
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.place import node_place, tensor_place
from aiedge.model.quantize.histogram import Histogram
from aiedge.model.quantize.samples import Array, Runner, Sample


class TensorStats:
    """Of one float tensor: all values' histogram, and for each index of the last axis the greatest magnitude."""

    def __init__(self, channels: int) -> None:
        self.histogram = Histogram()
        self.channel_peaks: NDArray[np.float64] = np.zeros(channels)

    def add(self, values: Array) -> None:
        """Take in one array of the tensor's shape."""
        self.histogram.add(values)
        rows = np.abs(values.reshape(-1, len(self.channel_peaks)))
        self.channel_peaks = np.maximum(self.channel_peaks, rows.max(axis=0))

    def copy(self) -> TensorStats:
        """The same state, apart."""
        other = TensorStats(len(self.channel_peaks))
        other.histogram, other.channel_peaks = self.histogram.copy(), self.channel_peaks.copy()
        return other


class Observation:
    """Statistics of float activations of a graph, by tensor index; grows with every sample."""

    def __init__(self, graph: Graph, tensors: Iterable[int]) -> None:
        shapes = {index: graph.tensors[index].shape for index in tensors}
        self.stats = {index: TensorStats(shape[-1] if shape else 1) for index, shape in shapes.items()}

    def add(self, values: Sequence[Array]) -> None:
        """Take in the arrays of all tensors of one run."""
        for index, stats in self.stats.items():
            stats.add(values[index])

    def copy(self) -> Observation:
        """The same state, apart."""
        other = Observation(Graph(""), ())
        other.stats = {index: stats.copy() for index, stats in self.stats.items()}
        return other


def run_all(graph: Graph, number: int, sample: Sample, runner: Runner) -> Sequence[Array]:
    """One run of a float graph; the arrays of all tensors.

    Raises ModelError with the first node whose float output is not finite, and InputError for a runner that does
    not give an array for each tensor.
    """
    values = runner(graph, sample)
    if len(values) != len(graph.tensors):
        expected = len(graph.tensors)
        raise InputError("AIE-MOD-079", where=graph.name, given=len(values), expected=expected)
    for place, node in enumerate(graph.nodes):
        array = values[node.outputs[0]]
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelError("AIE-MOD-074", where=node_place(graph, place), sample=number)
    return values


def observe(
    graph: Graph, samples: Iterable[tuple[int, Sample]], runner: Runner, observation: Observation
) -> Iterable[Sequence[Array]]:
    """Run the float graph on each numbered sample, add it to the observation, and hand on its arrays."""
    for number, sample in samples:
        values = run_all(graph, number, sample, runner)
        observation.add(values)
        yield values


def check_constants(graph: Graph) -> None:
    """Raise ModelError for a float constant with NaN or infinity."""
    for index, tensor in enumerate(graph.tensors):
        if tensor.data is not None and tensor.data.dtype.kind == "f" and not np.isfinite(tensor.data).all():
            raise ModelError("AIE-MOD-075", where=tensor_place(graph, index), name=tensor.name)
