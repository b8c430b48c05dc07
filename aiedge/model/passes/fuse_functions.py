"""Gives the parts in which exporters write an activation function their one name again.

silu, mish and gelu round once instead of after each part, hard_sigmoid and hard_swish otherwise than ``x + 3``, held
within 0 to 6, over 6; a hard_swish that was written with a hard_sigmoid stays the same to the bit
(docs/arithmetic.md, "Float").
"""

from __future__ import annotations

import math
from collections.abc import Callable

from aiedge.model.ir.graph import Graph, Node
from aiedge.model.ir.ops import BinaryFunction, FloatUnary, UnaryFunction
from aiedge.model.passes.dead_code import drop_dead_code
from aiedge.model.passes.float_patterns import Patterns

MUL, ADD, DIV = BinaryFunction.MUL, BinaryFunction.ADD, BinaryFunction.DIV
Match = tuple[FloatUnary, int]
"""What a node computes, and of which tensor."""


def fuse_functions(graph: Graph) -> Graph:
    """Make one node of each silu, hard_sigmoid, hard_swish, mish and gelu.

    Only where nothing else reads what lies between.
    """
    patterns = Patterns(graph)
    nodes = [_fused(graph, patterns, node) for node in graph.nodes]
    if nodes == graph.nodes:
        return graph
    return drop_dead_code(
        Graph(graph.name, graph.tensors, nodes, graph.inputs, graph.outputs, graph.arithmetic)
    )


def _fused(graph: Graph, patterns: Patterns, node: Node) -> Node:
    """The one node that computes what this one does, or this one."""
    (output,) = node.outputs
    for pattern in _PATTERNS:
        match = pattern(patterns, node)
        if match is not None and graph.tensors[match[1]].shape == graph.tensors[output].shape:
            return Node(node.name, match[0], (match[1],), node.outputs)
    return node


def _gated(patterns: Patterns, node: Node) -> Match | None:
    """``x * sigmoid(x)``, ``x * hard_sigmoid(x)``, ``x * tanh(softplus(x))``."""
    operands = patterns.operands_of(node, MUL)
    if operands is None:
        return None
    for x, gate in (operands, operands[::-1]):
        sigmoid = patterns.unary(gate, UnaryFunction.SIGMOID)
        if sigmoid is not None and sigmoid.inputs == (x,):
            return FloatUnary(UnaryFunction.SILU), x
        hard = patterns.unary(gate, UnaryFunction.HARD_SIGMOID)
        if hard is not None and hard.inputs == (x,) and hard.op == _HARD_SIGMOID:
            return _HARD_SWISH, x
        tanh = patterns.unary(gate, UnaryFunction.TANH)
        softplus = None if tanh is None else patterns.unary(tanh.inputs[0], UnaryFunction.SOFTPLUS)
        if softplus is not None and softplus.inputs == (x,):
            return FloatUnary(UnaryFunction.MISH), x
    return None


def _gelu(patterns: Patterns, node: Node) -> Match | None:
    """``0.5 * x * (1 + erf(x / sqrt(2)))``, its factors in any order."""
    operands = patterns.operands_of(node, MUL)
    if operands is None:
        return None
    for a, b in (operands, operands[::-1]):
        # (x * 0.5) * g and x * (g * 0.5)
        for x, gate in ((patterns.with_number(a, MUL, 0.5), b), (a, patterns.with_number(b, MUL, 0.5))):
            if x is not None and gate is not None and _erf_gate(patterns, gate) == x:
                return _GELU, x
        # 0.5 * (x * g)
        product = patterns.operands(b, MUL)
        if product is not None and patterns.is_number(a, 0.5):
            for x, gate in (product, product[::-1]):
                if _erf_gate(patterns, gate) == x:
                    return _GELU, x
    return None


def _erf_gate(patterns: Patterns, index: int) -> int | None:
    """The ``x`` of ``1 + erf(x / sqrt(2))``."""
    inner = patterns.with_number(index, ADD, 1)
    erf = None if inner is None else patterns.unary(inner, UnaryFunction.ERF)
    if erf is None:
        return None
    (scaled,) = erf.inputs
    by_root = patterns.with_number(scaled, DIV, math.sqrt(2))
    return patterns.with_number(scaled, MUL, math.sqrt(0.5)) if by_root is None else by_root


def _hard_sigmoid(patterns: Patterns, node: Node) -> Match | None:
    """``relu6(x + 3) / 6``."""
    six_times = _times_sixth(patterns, node)
    x = None if six_times is None else _relu6_gate(patterns, six_times)
    return None if x is None else (_HARD_SIGMOID, x)


def _hard_swish(patterns: Patterns, node: Node) -> Match | None:
    """``x * (relu6(x + 3) / 6)`` and ``x * relu6(x + 3) / 6``."""
    product = patterns.operands_of(node, MUL)
    if product is not None:
        for x, gate in (product, product[::-1]):
            inner = patterns.inner(gate)
            hard = None if inner is None else _hard_sigmoid(patterns, inner)
            if hard is not None and hard[1] == x:
                return _HARD_SWISH, x
    six_times = _times_sixth(patterns, node)
    product = None if six_times is None else patterns.operands(six_times, MUL)
    if product is not None:
        for x, gate in (product, product[::-1]):
            if _relu6_gate(patterns, gate) == x:
                return _HARD_SWISH, x
    return None


def _times_sixth(patterns: Patterns, node: Node) -> int | None:
    """The ``a`` of ``a / 6`` or ``a * (1 / 6)``."""
    by_six = patterns.beside_number(node, DIV, 6)
    return patterns.beside_number(node, MUL, 1 / 6) if by_six is None else by_six


def _relu6_gate(patterns: Patterns, index: int) -> int | None:
    """The ``x`` of ``relu6(x + 3)``."""
    clip = patterns.unary(index, UnaryFunction.CLIP)
    return patterns.with_number(clip.inputs[0], ADD, 3) if clip is not None and clip.op == _RELU6 else None


_PATTERNS: tuple[Callable[[Patterns, Node], Match | None], ...] = (_gated, _gelu, _hard_swish, _hard_sigmoid)
_RELU6 = FloatUnary(UnaryFunction.CLIP, 0, 6)
_HARD_SIGMOID = FloatUnary(UnaryFunction.HARD_SIGMOID, 1 / 6, 0.5)
_HARD_SWISH = FloatUnary(UnaryFunction.HARD_SWISH)
_GELU = FloatUnary(UnaryFunction.GELU)
