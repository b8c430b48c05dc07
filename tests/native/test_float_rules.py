"""The native core checks what the float operations demand: one broken field each, and the refusal."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from bundle_patch import BundlePatch
from float_graphs import constant, real
from random_graphs import activation

from aiedge import _native
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    BinaryFunction,
    Concat,
    Dequantize,
    FloatAveragePool2D,
    FloatBinary,
    FloatConv2D,
    FloatDepthwiseConv2D,
    FloatFullyConnected,
    FloatMaxPool2D,
    FloatPRelu,
    FloatReduce,
    FloatResizeBilinear,
    FloatSoftmax,
    FloatUnary,
    Op,
    Pad,
    Quantize,
    ReduceFunction,
    UnaryFunction,
)

Change = Callable[[BundlePatch], BundlePatch]


def every_operation() -> tuple[Graph, dict[str, int], dict[str, int]]:
    """A chain; with the number of each node and tensor by its name."""
    rng = np.random.default_rng(6)
    tensors: list[Tensor] = []
    nodes: list[Node] = []

    def tensor(made: Tensor) -> int:
        tensors.append(made)
        return len(tensors) - 1

    def weights(*shape: int) -> int:
        return tensor(constant(rng, shape, f"c{len(tensors)}"))

    def node(name: str, op: Op, inputs: tuple[int, ...], output: Tensor) -> int:
        nodes.append(Node(name, op, inputs, (tensor(output),)))
        return len(tensors) - 1

    image = (1, 6, 6, 4)
    x = tensor(real((1, 6, 6, 2)))
    c = node(
        "conv", FloatConv2D(1, 1, 1, 1, 1, 1, 1, 1), (x, weights(4, 3, 3, 2), weights(4)), real(image, "conv")
    )
    d = node(
        "depthwise", FloatDepthwiseConv2D(1, 1, 1, 1, 1, 1, 1, 1, 1),
        (c, weights(1, 3, 3, 4), weights(4)), real(image, "depthwise"),
    )  # fmt: skip
    s = node("add", FloatBinary(BinaryFunction.ADD), (c, d), real(image, "add"))
    u = node("clip", FloatUnary(UnaryFunction.CLIP, 0, 6), (s,), real(image, "clip"))
    u = node("elu", FloatUnary(UnaryFunction.ELU, 1), (u,), real(image, "elu"))
    u = node("hard", FloatUnary(UnaryFunction.HARD_SIGMOID, 0.2, 0.5), (u,), real(image, "hard"))
    u = node("tanh", FloatUnary(UnaryFunction.TANH), (u,), real(image, "tanh"))
    u = node("prelu", FloatPRelu(), (u, weights(4)), real(image, "prelu"))
    a = node("average", FloatAveragePool2D(2, 2, 2, 2, 0, 0, 0, 0, 1), (u,), real((1, 3, 3, 4), "average"))
    m = node("max", FloatMaxPool2D(2, 2, 2, 2, 0, 0, 0, 0), (u,), real((1, 3, 3, 4), "max"))
    j = node("concat", Concat(3), (a, m), real((1, 3, 3, 8), "concat"))
    p = node("pad", Pad.of([(0, 0), (1, 0), (0, 0), (0, 0)], 0), (j,), real((1, 4, 3, 8), "pad"))
    r = node("resize", FloatResizeBilinear(0, 1), (p,), real((1, 5, 5, 8), "resize"))
    q = node("quantize", Quantize(), (r,), activation(rng, "int8", (1, 5, 5, 8), name="quantize"))
    q = node("dequantize", Dequantize(), (q,), real((1, 5, 5, 8), "dequantize"))
    e = node("mean", FloatReduce(ReduceFunction.MEAN, 1, 2), (q,), real((1, 8), "mean"))
    f = node("dense", FloatFullyConnected(), (e, weights(3, 8), weights(3)), real((1, 3), "dense"))
    y = node("softmax", FloatSoftmax(1.0), (f,), real((1, 3), "softmax"))
    graph = Graph("all", tensors, nodes, (x,), (y,))
    return graph, {n.name: i for i, n in enumerate(nodes)}, {t.name: i for i, t in enumerate(tensors)}


GRAPH, NODES, TENSORS = every_operation()
BUNDLE = write_bundle(GRAPH)


def _attribute(node: str, index: int, value: float, layout: str = "i") -> Change:
    return lambda p: p.put(layout, p.node(NODES[node]) + 32 + 4 * index, value)


def _shape(name: str, *sizes: int) -> Change:
    return lambda p: p.put("i" * len(sizes), p.tensor(TENSORS[name]) + 12, *sizes)


def _input(node: str, index: int, tensor: str) -> Change:
    """Another tensor as the node's input: its place in the pool is the sum of the record's field and the index."""
    return lambda p: p.put("I", p.pool(p.get("I", p.node(NODES[node]) + 16) + index), TENSORS[tensor])


def _value(tensor: str, value: float) -> Change:
    return lambda p: p.put("f", p.get("Q", p.tensor(TENSORS[tensor]) + 48), value)


def _code(node: str, op: type[Op]) -> Change:
    return lambda p: p.put("I", p.node(NODES[node]), op.CODE)


NAN, INFINITY = float("nan"), float("inf")
BIAS = GRAPH.tensors[GRAPH.nodes[0].inputs[2]].name

RULES: list[tuple[str, Change, str]] = [
    ("a float with a scale", lambda p: p.put("B", p.tensor(0) + 11, 1), "must not have one"),
    ("a constant that is nan", _value(BIAS, NAN), "not finite"),
    ("a constant that is infinite", _value(BIAS, INFINITY), "not finite"),
    ("conv's channels", _shape("conv", 1, 6, 6, 5), "do not fit together"),
    ("conv's size", _shape("conv", 1, 5, 6, 4), "height"),
    ("conv's stride", _attribute("conv", 0, 0), "1 to 2"),
    ("conv's padding", _attribute("conv", 4, 3), "padding"),
    ("conv's unused attribute", _attribute("conv", 8, 1), "unused attribute"),
    ("conv's weights", _input("conv", 1, "x"), "do not fit together"),
    ("conv's bias", _input("conv", 2, "x"), "constants"),
    ("depthwise's multiplier", _attribute("depthwise", 0, 2), "depth multiplier"),
    ("depthwise's weights", _input("depthwise", 1, "conv"), "height|fit"),
    ("a function of two", _attribute("add", 0, 7), "not one of two operands"),
    ("a function of two, 0", _attribute("add", 0, 0), "not one of two operands"),
    ("add's shape", _shape("add", 1, 6, 3, 8), "do not fit together|different shapes"),
    ("add's operand", _input("add", 1, "x"), "do not fit together"),
    ("a function of one", _attribute("tanh", 0, 21), "not one of one operand"),
    ("a function of one, negative", _attribute("tanh", 0, -1), "not one of one operand"),
    ("clip's bounds", _attribute("clip", 2, -1.0, "f"), "not in order"),
    ("clip's bound nan", _attribute("clip", 1, NAN, "f"), "not in order"),
    ("elu's alpha", _attribute("elu", 1, INFINITY, "f"), "not finite"),
    ("elu's beta", _attribute("elu", 2, 0.5, "f"), "beta is given"),
    ("hard_sigmoid's beta", _attribute("hard", 2, NAN, "f"), "not finite"),
    ("tanh's alpha", _attribute("tanh", 1, 1.0, "f"), "that has none"),
    ("tanh's shape", _shape("tanh", 1, 6, 12, 2), "different shapes"),
    ("prelu's slopes", _input("prelu", 1, "x"), "do not fit together"),
    ("count_padding", _attribute("average", 8, 2), "neither 0 nor 1"),
    ("average's window", _attribute("average", 0, 3), "height"),
    ("max's channels", _shape("max", 1, 3, 3, 5), "do not fit"),
    ("concat's kinds", _input("concat", 0, "quantize"), "not computed before"),
    ("pad's value", _attribute("pad", 12, 1), "is not 0 for float32"),
    ("resize's modes", _attribute("resize", 0, 1), "align_corners"),
    ("resize of int8", _code("resize", FloatMaxPool2D), "unused|window|fit|1 to 2"),
    ("quantize of int8", _input("dequantize", 0, "resize"), "int8 or uint8 is needed"),
    ("quantize's shape", _shape("quantize", 1, 5, 8, 5), "different shapes"),
    ("quantize's scale", lambda p: p.put("f", p.tensor(TENSORS["quantize"]) + 36, 1e-40), "subnormal"),
    ("mean's function", _attribute("mean", 0, 4), "not one of many"),
    ("mean's axes", _attribute("mean", 1, 3), "not axes"),
    ("mean's shape", _shape("mean", 2, 4), "does not fit the input and axes"),
    ("dense's depth", _input("dense", 0, "resize"), "do not fit together"),
    ("softmax's beta", _attribute("softmax", 0, 0.0, "f"), "beta is not finite"),
    ("softmax's beta nan", _attribute("softmax", 0, NAN, "f"), "beta is not finite"),
    ("softmax's shape", _shape("softmax", 3, 1), "not equal"),
    ("softmax of 8 bits", _code("softmax", Quantize), "unused attribute"),
]


def test_the_untouched_bundle_runs() -> None:
    model = _native.Model(BUNDLE)
    assert [node.op for node in model.nodes] == [node.op.NAME for node in GRAPH.nodes]


@pytest.mark.parametrize(("change", "message"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_broken_rule_is_refused(change: Change, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        _native.Model(change(BundlePatch(BUNDLE)).sealed())
    assert caught.value.code == "AIE-MOD-018"


def test_an_activation_of_2_gib_is_refused() -> None:
    """A reshape to 2^29 elements and one more axis would count 2^31 bytes."""
    sizes = (2**15, 2**14)
    patch = BundlePatch(write_bundle(_of_shape((1, 1))))
    for index in range(2):
        patch.put("ii", patch.tensor(index) + 12, *sizes)
    with pytest.raises(ModelError, match="2\\^31 - 1 bytes"):
        _native.Model(patch.sealed())


def _of_shape(shape: tuple[int, ...]) -> Graph:
    node = Node("abs", FloatUnary(UnaryFunction.ABS), (0,), (1,))
    return Graph("one", [real(shape), real(shape, "y")], [node], (0,), (1,))


def test_infinite_bounds_are_allowed() -> None:
    patch = BundlePatch(BUNDLE)
    patch.put("f", patch.node(NODES["clip"]) + 32 + 8, INFINITY)
    assert struct.unpack_from("<f", patch.data, patch.node(NODES["clip"]) + 40)[0] == INFINITY
    _native.Model(patch.sealed())
