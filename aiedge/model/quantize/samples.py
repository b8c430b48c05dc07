"""Calibration samples: what they are, whether they fit a graph, which of them judge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import InputError
from aiedge.model.ir.graph import Graph

Array = NDArray[Any]

Sample = Sequence[Array]
"""One array for each input of the float graph, of its shape and dtype."""

Samples = Sequence[Sample]
"""Read several times, one after another; may be lazy, and then must give the same each time."""

Runner = Callable[[Graph, Sequence[Array]], Sequence[Array]]
"""Runs a verified graph on one sample: the arrays of all tensors, indexed as ``graph.tensors``."""

Progress = Callable[[str, int, int], None]
"""Stage, steps done, steps in all."""


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def check_samples(graph: Graph, samples: Samples) -> str:
    """The SHA-256 of all samples' bytes, in order; raises InputError for one that the graph cannot take.

    Refused are: no samples, a wrong number of arrays, a wrong shape or dtype, NaN and infinity.
    """
    if len(samples) == 0:
        raise InputError("AIE-MOD-071", where=graph.name)
    digest = hashlib.sha256()
    for number, sample in enumerate(samples):
        if len(sample) != len(graph.inputs):
            _refuse(graph, number, f"{len(sample)} arrays", graph.inputs[0], f"{len(graph.inputs)} in all")
        for index, array in zip(graph.inputs, sample, strict=True):
            tensor = graph.tensors[index]
            if array.shape != tensor.shape or array.dtype != np.dtype(tensor.dtype):
                given = f"{array.dtype} {list(array.shape)}"
                _refuse(graph, number, given, index, f"{tensor.dtype} {list(tensor.shape)}")
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                where = f"{graph.name}: input {tensor.name!r}"
                raise InputError("AIE-MOD-073", where=where, sample=number)
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def split(count: int, held_out: float, seed: int) -> tuple[list[int], list[int]]:
    """Indices that calibrate and indices that judge, both ascending; below 4 samples, all do both."""
    if count < 4:
        return list(range(count)), list(range(count))
    judging = max(1, round(count * held_out))
    order = np.random.default_rng(seed).permutation(count)
    return sorted(int(i) for i in order[judging:]), sorted(int(i) for i in order[:judging])


def _refuse(graph: Graph, number: int, given: str, index: int, expected: str) -> None:
    name = graph.tensors[index].name
    raise InputError(
        "AIE-MOD-072", where=graph.name, sample=number, given=given, name=name, expected=expected
    )
