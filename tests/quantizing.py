"""Converts hand-made float graphs and compares them with float, for tests of the quantizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.interpret import interpret_all
from aiedge.model.quantize.convert import Converted, convert
from aiedge.model.quantize.inputs import converted_inputs
from aiedge.model.quantize.observe import Observation, observe
from aiedge.model.quantize.ranges import RangeMethod, choose_range
from aiedge.model.quantize.signal import real_values

Sample = Sequence[NDArray[Any]]


def observed(graph: Graph, samples: Sequence[Sample]) -> Observation:
    activations = [i for i, t in enumerate(graph.tensors) if t.data is None and t.dtype == "float32"]
    observation = Observation(graph, activations)
    for _ in observe(graph, enumerate(samples), interpret_all, observation):
        pass
    return observation


def converted(
    graph: Graph,
    samples: Sequence[Sample],
    kept: Mapping[int, str] | None = None,
    weights: str = "minmax",
    method: str = "minmax",
) -> Converted:
    stats = observed(graph, samples).stats
    ranges = {index: choose_range(one.histogram, RangeMethod(method)) for index, one in stats.items()}
    return convert(graph, ranges, kept or {}, weights)


def real_outputs(made: Converted, sample: Sample) -> list[NDArray[np.float64]]:
    graph = made.graph
    values = interpret_all(graph, converted_inputs(graph, sample))
    return [real_values(values[i], graph.tensors[i]) for i in graph.outputs]


def seen_inputs(made: Converted, sample: Sample) -> list[NDArray[np.float32]]:
    """The sample as the integers of the inputs hold it."""
    graph = made.graph
    arrays = converted_inputs(graph, sample)
    return [
        real_values(array, graph.tensors[i]).astype(np.float32)
        for i, array in zip(graph.inputs, arrays, strict=True)
    ]


def names(graph: Graph) -> list[str]:
    return [node.op.NAME for node in graph.nodes]


def scale_of(graph: Graph, tensor: int) -> float:
    quantization = graph.tensors[tensor].quantization
    assert quantization is not None
    return float(quantization.scale)
