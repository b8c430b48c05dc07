"""Small random graphs of the operations that only move elements, one operation each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from random_graphs import CHANNELS, Random, activation, graph_of, like

from aiedge.model.ir.graph import Graph, Tensor
from aiedge.model.ir.ops import Concat, Pad, StridedSlice, Transpose


def sizes(rng: Random, rank: int, most: int = 6) -> tuple[int, ...]:
    return tuple(int(size) for size in rng.integers(1, most + 1, rank))


def image(rng: Random, dtype: str) -> Tensor:
    """An activation of one to six axes; at times large enough for two threads."""
    rank = int(rng.integers(1, 7))
    if rng.integers(5) == 0:
        return activation(rng, dtype, (1, 53, 41, int(rng.choice((33, 64)))))
    return activation(rng, dtype, (*sizes(rng, rank - 1), int(rng.choice(CHANNELS))))


def concat(rng: Random, dtype: str) -> Graph:
    y = image(rng, dtype)
    axis = int(rng.integers(len(y.shape)))
    cuts = sorted(int(cut) for cut in rng.integers(0, y.shape[axis] + 1, 2))
    parts = [b - a for a, b in zip((0, *cuts), (*cuts, y.shape[axis]), strict=True) if b > a]
    inputs = [
        Tensor(f"x{i}", (*y.shape[:axis], size, *y.shape[axis + 1 :]), dtype, y.quantization)
        for i, size in enumerate(parts)
    ]
    return graph_of(Concat(axis), inputs, like(y, y.shape))


def pad(rng: Random, dtype: str) -> Graph:
    x = image(rng, dtype)
    pads = [(int(rng.integers(3)), int(rng.integers(3))) if rng.integers(2) else (0, 0) for _ in x.shape]
    value = int(rng.integers(-128, 128)) + (128 if dtype == "uint8" else 0)
    y = like(x, tuple(size + before + after for size, (before, after) in zip(x.shape, pads, strict=True)))
    return graph_of(Pad.of(pads, value), [x], y)


def transpose(rng: Random, dtype: str) -> Graph:
    x = image(rng, dtype)
    order = [int(axis) for axis in rng.permutation(len(x.shape))]
    return graph_of(Transpose.of(order), [x], like(x, tuple(x.shape[axis] for axis in order)))


def strided_slice(rng: Random, dtype: str) -> Graph:
    x = image(rng, dtype)
    begins, strides, counts = [], [], []
    for size in x.shape:
        begin, stride = int(rng.integers(size)), int(rng.choice((1, 1, 1, 2, 3, -1, -2)))
        most = (size - 1 - begin) // stride + 1 if stride > 0 else begin // -stride + 1
        begins.append(begin)
        strides.append(stride)
        counts.append(int(rng.integers(1, most + 1)))
    return graph_of(StridedSlice.of(begins, strides), [x], like(x, tuple(counts)))


BUILDERS: Mapping[str, Callable[[Random, str], Graph]] = {
    build.__name__: build for build in (concat, pad, transpose, strided_slice)
}
