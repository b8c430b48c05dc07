"""The native core checks what the operations that move elements demand: one broken field each, and the refusal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from bundle_patch import BundlePatch
from random_graphs import activation

from aiedge import _native
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    ArgMax,
    Concat,
    Gather,
    Op,
    Pad,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    StridedSlice,
    Transpose,
)

Change = Callable[[BundlePatch], BundlePatch]


def moving() -> Graph:
    """A chain: tensor 0 is the input, node i makes tensor i + 1."""
    x = activation(np.random.default_rng(6), "int8", (2, 4, 3))
    tensors, nodes = [x], []

    def node(op: Op, inputs: tuple[int, ...], shape: tuple[int, ...]) -> None:
        nodes.append(Node(op.NAME, op, inputs, (len(tensors),)))
        tensors.append(Tensor(f"t{len(tensors)}", shape, "int8", x.quantization))

    node(Concat(1), (0, 0), (2, 8, 3))
    node(Pad.of([(1, 0), (0, 2), (0, 0)], 5), (1,), (3, 10, 3))
    node(Transpose.of([2, 0, 1]), (2,), (3, 3, 10))
    node(StridedSlice.of([0, 2, 9], [1, -2, -3]), (3,), (3, 2, 4))
    node(Reshape(), (4,), (1, 3, 2, 4))
    node(ResizeBilinear(0, 1), (5,), (1, 4, 5, 4))
    node(ResizeNearest(1, 0), (6,), (1, 2, 7, 4))
    nodes.append(Node("argmax", ArgMax(2), (7,), (8,)))
    tensors.append(Tensor("t8", (1, 2, 4), "int32"))
    nodes.append(Node("gather", Gather(1), (6, 8), (9,)))
    tensors.append(Tensor("t9", (1, 1, 2, 4, 5, 4), "int8", x.quantization))
    tensors.append(Tensor("i", (2,), "int32", None, np.array([2, 0], np.int32)))
    nodes.append(Node("gather", Gather(0), (3, 10), (11,)))
    tensors.append(Tensor("t11", (2, 3, 10), "int8", x.quantization))
    return Graph("moving", tensors, nodes, (0,), (9, 11))


BUNDLE = write_bundle(moving())


def _attribute(node: int, index: int, value: int) -> Change:
    return lambda p: p.put("i", p.node(node) + 32 + 4 * index, value)


def _tensor(index: int, offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, p.tensor(index) + offset, *values)


RULES: list[tuple[str, Change, str]] = [
    ("concat's inputs", lambda p: p.put("I", p.node(0) + 20, 0), "no input"),
    ("concat's axis", _attribute(0, 0, 3), "axis is not one"),
    ("concat's axis negative", _attribute(0, 0, -1), "axis is not one"),
    ("concat's other axis", _attribute(0, 0, 0), "sizes beside the axis"),
    ("concat's sum", _tensor(1, 12, "iii", 2, 7, 3), "do not add up"),
    ("concat's rank", _tensor(1, 10, "B", 2), "unused size"),
    ("concat's scale", _tensor(1, 36, "f", 0.5), "different quantization"),
    ("concat's dtype", _tensor(1, 8, "B", 3), "int8|quantization"),
    ("concat's unused attribute", _attribute(0, 1, 1), "unused attribute"),
    ("pad negative", _attribute(1, 0, -1), "paddings do not fit"),
    ("pad's sum", _attribute(1, 1, 1), "paddings do not fit"),
    ("pad large", _attribute(1, 7, 2**31 - 1), "paddings do not fit"),
    ("pad of an axis that is not there", _attribute(1, 4, 1), "axis that the input lacks"),
    ("pad's value", _attribute(1, 12, 128), "value does not fit"),
    ("pad's scale", _tensor(2, 36, "f", 0.5), "different quantization"),
    ("transpose twice", _attribute(2, 0, 0), "each of the input's once"),
    ("transpose outside", _attribute(2, 0, 3), "each of the input's once"),
    ("transpose negative", _attribute(2, 0, -1), "each of the input's once"),
    ("transpose of an axis that is not there", _attribute(2, 3, 1), "axis that the input lacks"),
    ("transpose's shape", _tensor(3, 12, "iii", 3, 10, 3), "in the order"),
    ("transpose's zero point", _tensor(3, 40, "i", 1), "different quantization"),
    ("slice's stride 0", _attribute(3, 6, 0), "range does not lie"),
    ("slice's begin", _attribute(3, 0, 1), "range does not lie"),
    ("slice's begin negative", _attribute(3, 0, -1), "range does not lie"),
    ("slice's end", _attribute(3, 8, -4), "range does not lie"),
    ("slice's stride large", _attribute(3, 8, 2**31 - 1), "range does not lie"),
    ("slice of an axis that is not there", _attribute(3, 9, 1), "axis that the input lacks"),
    ("bilinear's mode", _attribute(5, 0, 1), "align_corners and half"),
    ("bilinear's mode negative", _attribute(5, 0, -1), "align_corners and half"),
    ("bilinear's channels", _tensor(6, 12, "iiii", 1, 4, 4, 5), "batches or channels"),
    ("bilinear's scale", _tensor(6, 36, "f", 0.5), "different quantization"),
    ("nearest's mode", _attribute(6, 0, 2), "align_corners and half"),
    ("nearest's rank", _tensor(7, 10, "B", 3), "unused size"),
    ("nearest's shape", _tensor(7, 8, "BBBBiiii", 1, 0, 3, 1, 2, 7, 4, 0), "not four axes"),
    ("argmax's axis", _attribute(7, 0, 4), "axis is not one"),
    ("argmax's output", _tensor(8, 12, "iii", 1, 4, 2), "without the axis"),
    ("argmax's dtype", _tensor(8, 8, "B", 4), "not int32"),
    ("gather's axis", _attribute(8, 0, -1), "axis is not one"),
    ("gather's other axis", _attribute(8, 0, 0), "output's shape does not fit"),
    ("gather's output", _tensor(9, 10, "B", 5), "unused size"),
    ("gather's scale", _tensor(9, 36, "f", 0.5), "different quantization"),
    ("gather's indices", lambda p: p.put("i", p.get("Q", p.tensor(10) + 48), 3), "outside the axis"),
    ("gather's negative index", lambda p: p.put("i", p.get("Q", p.tensor(10) + 48), -1), "outside the axis"),
    ("gather's dtype", _tensor(10, 8, "B", 4), "not int32"),
    ("slice's count", _tensor(4, 12, "iii", 3, 2, 5), "range does not lie"),
]


def test_the_untouched_bundle_runs() -> None:
    model = _native.Model(BUNDLE)
    assert [node.op for node in model.nodes] == [node.op.NAME for node in moving().nodes]


@pytest.mark.parametrize(("change", "message"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_broken_rule_is_refused(change: Change, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        _native.Model(change(BundlePatch(BUNDLE)).sealed())
    assert caught.value.code == "AIE-MOD-018"
