"""Each demand of the operations that move elements, broken one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from aiedge.errors import ModelError
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import Concat, Op, Pad, ResizeBilinear, ResizeNearest, StridedSlice, Transpose
from aiedge.model.ir.verify import verify

HALF, ONE = (Quantization(np.array([s], np.float32), np.zeros(1, np.int32)) for s in (0.5, 1.0))


def graph(op: Op, shape: tuple[int, ...], *, inputs: int = 1, other: Quantization = HALF) -> Graph:
    """An input of the shape (2, 4, 3), as often as asked, and an output of that shape."""
    tensors = [Tensor("x", (2, 4, 3), "int8", HALF), Tensor("y", shape, "int8", other)]
    return Graph("m", tensors, [Node("y", op, (0,) * inputs, (1,))], (0,), (1,))


VALID = [
    graph(Concat(1), (2, 8, 3), inputs=2),
    graph(Concat(0), (128, 4, 3), inputs=64),
    graph(Pad.of([(1, 0), (0, 2)], 127), (3, 6, 3)),
    graph(Transpose.of([1, 0, 2]), (4, 2, 3)),
    graph(StridedSlice.of([0, 3, 1], [1, -3, 1]), (2, 2, 1)),
]


def image(op: Op, shape: tuple[int, ...], other: Quantization = HALF) -> Graph:
    """An input of the shape (1, 4, 4, 3) and an output of that shape."""
    tensors = [Tensor("x", (1, 4, 4, 3), "int8", HALF), Tensor("y", shape, "int8", other)]
    return Graph("m", tensors, [Node("y", op, (0,), (1,))], (0,), (1,))


VALID += [image(ResizeBilinear(1, 0), (1, 8, 1, 3)), image(ResizeNearest(0, 1), (1, 2, 9, 3))]


@pytest.mark.parametrize("valid", VALID, ids=lambda valid: valid.nodes[0].op.NAME)
def test_valid(valid: Graph) -> None:
    verify(valid)


@pytest.mark.parametrize(
    ("broken", "text"),
    [
        (graph(Concat(1), (2, 4, 3), inputs=0), "0 inputs, needs 1 to 64"),
        (graph(Concat(1), (2, 260, 3), inputs=65), "65 inputs, needs 1 to 64"),
        (graph(Concat(3), (2, 4, 3)), "axis 3"),
        (graph(Concat(-1), (2, 4, 3)), "axis -1"),
        (graph(Concat(1), (2, 4, 4)), "does not fit [2, 4, 4]"),
        (graph(Concat(1), (2, 12)), "does not fit [2, 12]"),
        (graph(Concat(1), (2, 5, 3)), "its inputs have 4 on axis 1"),
        (graph(Concat(1), (2, 4, 3), other=ONE), "differ in dtype, scale"),
        (graph(Pad.of([(-1, 1)], 0), (2, 4, 3)), "negative"),
        (graph(Pad.of([(1, 1)], 0), (3, 4, 3)), "it makes [4, 4, 3]"),
        (graph(Pad.of([(0, 0)] * 3 + [(1, 0)], 0), (2, 4, 3)), "axes that its input lacks"),
        (graph(Pad.of([(1, 1)], 128), (4, 4, 3)), "value 128"),
        (graph(Pad.of([(1, 1)], 0), (4, 4, 3), other=ONE), "differ in dtype, scale"),
        (graph(Pad.of([], 0), (24,)), "do not fit"),
        (graph(Transpose.of([0, 0, 1]), (2, 2, 4)), "are not those of"),
        (graph(Transpose.of([0, 1, 3]), (2, 4, 3)), "are not those of"),
        (graph(Transpose.of([0, 2, 1]), (2, 4, 3)), "it makes [2, 3, 4]"),
        (graph(Transpose.of([0, 1, 2, 3]), (2, 4, 3)), "axes that its input lacks"),
        (graph(StridedSlice.of([0, 0, 0], [1, 0, 1]), (2, 4, 3)), "by 0"),
        (graph(StridedSlice.of([0, 1, 0], [1, 1, 1]), (2, 4, 3)), "reads 1 to 4"),
        (graph(StridedSlice.of([0, -1, 0], [1, 1, 1]), (2, 4, 3)), "reads -1"),
        (graph(StridedSlice.of([0, 1, 0], [1, -1, 1]), (2, 3, 3)), "reads 1 to -1"),
        (image(ResizeBilinear(1, 1), (1, 8, 8, 3)), "are 1 and 1"),
        (image(ResizeNearest(2, 0), (1, 8, 8, 3)), "are 2 and 0"),
        (image(ResizeNearest(0, 0), (1, 8, 8, 4)), "differ in batch or channels"),
        (image(ResizeBilinear(0, 0), (2, 8, 8, 3)), "differ in batch or channels"),
        (image(ResizeBilinear(0, 0), (1, 8, 8)), "has 3 axes"),
        (image(ResizeBilinear(0, 0), (1, 8, 8, 3), ONE), "differ in dtype, scale"),
        (graph(StridedSlice.of([0] * 4, [1] * 4), (2, 4, 3)), "axes that its input lacks"),
    ],
)
def test_broken(broken: Graph, text: str) -> None:
    with pytest.raises(ModelError) as caught:
        verify(broken)
    assert caught.value.code == "AIE-MOD-009"
    assert text in caught.value.what
