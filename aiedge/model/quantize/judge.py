"""How good a converted graph is, on samples whose float results are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.ops import FloatSoftmax
from aiedge.model.quantize.convert import Converted
from aiedge.model.quantize.inputs import converted_inputs
from aiedge.model.quantize.options import OutputKind
from aiedge.model.quantize.samples import Array, Runner, Sample
from aiedge.model.quantize.signal import SignalNoise, real_values


class Verdict(NamedTuple):
    """How near to float.

    ``snr_db``: of the worst output; ``agreement``: share of equal greatest outputs, None where they are not classes.
    """

    snr_db: float
    agreement: float | None


class Judge:
    """Holds what the float graph gives for the judging samples.

    Judged are the outputs; of a softmax, what goes into it, less its mean: the softmax's own output is nearly all or
    nothing, which hides how near the scores were, and what all scores have in common does not count.
    """

    def __init__(self, graph: Graph, runner: Runner, kind: OutputKind) -> None:
        softmaxes = {
            node.outputs[0]: node.inputs[0] for node in graph.nodes if isinstance(node.op, FloatSoftmax)
        }
        self._scores = frozenset(softmaxes[index] for index in graph.outputs if index in softmaxes)
        self.tensors = tuple(softmaxes.get(index, index) for index in graph.outputs)
        first_is_softmax = graph.outputs[0] in softmaxes
        self.classes = kind == "classes" or (kind == "auto" and first_is_softmax)
        self._runner = runner
        self._samples: list[Sample] = []
        self._wanted: list[list[NDArray[np.float32]]] = []

    def hold(self, sample: Sample, values: Sequence[Array]) -> None:
        """Take in one sample and the float graph's arrays for it."""
        self._samples.append(sample)
        self._wanted.append([values[index] for index in self.tensors])

    def __len__(self) -> int:
        return len(self._samples)

    def judge(self, converted: Converted, count: int | None = None) -> Verdict:
        """Run the converted graph on the first ``count`` samples, or all."""
        sums = [SignalNoise() for _ in self.tensors]
        equal = total = 0
        for sample, wanted in list(zip(self._samples, self._wanted, strict=True))[:count]:
            given = self._given(converted, sample)
            for index, one, float_values, values in zip(self.tensors, sums, wanted, given, strict=True):
                if index in self._scores:
                    one.add(_centred(float_values), _centred(values))
                else:
                    one.add(float_values, values)
            if self.classes:
                matches = wanted[0].argmax(axis=-1) == given[0].argmax(axis=-1)
                equal, total = equal + int(matches.sum()), total + matches.size
        return Verdict(min(one.snr_db for one in sums), equal / total if self.classes else None)

    def _given(self, converted: Converted, sample: Sample) -> list[NDArray[np.float64]]:
        graph = converted.graph
        values = self._runner(graph, converted_inputs(graph, sample))
        places = [converted.tensor_of[index] for index in self.tensors]
        return [real_values(values[place], graph.tensors[place]) for place in places]


def _centred(scores: NDArray[Any]) -> NDArray[np.float64]:
    centred: NDArray[np.float64] = scores - scores.mean(axis=-1, keepdims=True, dtype=np.float64)
    return centred
