"""Small random graphs of the operations that resize images, one operation each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from random_graphs import CHANNELS, Random, activation, graph_of, like

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.ops import ResizeBilinear, ResizeNearest

MODES = ((0, 0), (0, 1), (1, 0))


def resize_bilinear(rng: Random, dtype: str) -> Graph:
    return _resize(rng, dtype, ResizeBilinear)


def resize_nearest(rng: Random, dtype: str) -> Graph:
    return _resize(rng, dtype, ResizeNearest)


def _resize(rng: Random, dtype: str, op: type[ResizeBilinear | ResizeNearest]) -> Graph:
    batch, depth = int(rng.integers(1, 3)), int(rng.choice(CHANNELS))
    before, after = ([int(size) for size in rng.integers(1, most, 2)] for most in (20, 40))
    x = activation(rng, dtype, (batch, *before, depth))
    return graph_of(op(*MODES[rng.integers(3)]), [x], like(x, (batch, *after, depth)))


BUILDERS: Mapping[str, Callable[[Random, str], Graph]] = {
    build.__name__: build for build in (resize_bilinear, resize_nearest)
}
