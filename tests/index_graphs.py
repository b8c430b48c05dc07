"""Small random graphs of the operations that give or take indices, one operation each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from movement_graphs import image, sizes
from random_graphs import Random, graph_of, like, random_values

from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.ops import ArgMax, Gather


def argmax(rng: Random, dtype: str) -> Graph:
    x = image(rng, dtype)
    axis = int(rng.integers(len(x.shape)))
    return graph_of(ArgMax(axis), [x], Tensor("y", (*x.shape[:axis], *x.shape[axis + 1 :]), "int32"))


def gather(rng: Random, dtype: str) -> Graph:
    """Indices in the model, or any at all at run; at times the values are constant instead."""
    x = image(rng, dtype)
    axis = int(rng.integers(len(x.shape)))
    places = sizes(rng, int(rng.integers(0, min(3, 8 - len(x.shape)))), 5)
    values = np.asarray(rng.integers(0, x.shape[axis], places), np.int32)
    indices = Tensor("indices", places, "int32", None, values if rng.integers(2) else None)
    if indices.data is None and rng.integers(2):
        x.data = random_values(rng, dtype, x.shape)
    y = like(x, (*x.shape[:axis], *places, *x.shape[axis + 1 :]))
    return graph_of(Gather(axis), [x, indices], y)


BUILDERS: Mapping[str, Callable[[Random, str], Graph]] = {build.__name__: build for build in (argmax, gather)}
