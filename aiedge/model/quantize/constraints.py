"""Widens ranges until every int8 operation takes its scales, and tells which never will."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Quantization
from aiedge.model.ir.ops import BinaryFunction as F
from aiedge.model.ir.ops import (
    Dequantize,
    FloatAveragePool2D,
    FloatBinary,
    FloatPRelu,
    FloatReduce,
    Op,
    Quantize,
)
from aiedge.model.quantize.builder import constant_quantization
from aiedge.model.quantize.groups import Groups
from aiedge.model.quantize.plan import Plan, Role

_ROUNDS = 20
_MARGIN = 1.02
"""Beyond a limit, so that float32 does not fall back on it."""

_SUM = (2.0**-8, 2.0**10)
_PRODUCT = (2.0**-8, 2.0**16)
_CHANGE = (2.0**-16, 2.0**16)
_LIMITS: Mapping[int, tuple[float, float]] = MappingProxyType(
    {F.ADD: _SUM, F.SUB: _SUM, F.MUL: _PRODUCT, F.DIV: _PRODUCT}
)
"""Of a binary operation: the output's scale over that of the greater operand, or of the operands' product."""


def fit_scales(graph: Graph, plan: Plan, groups: Groups, chosen: dict[int, Quantization]) -> dict[int, str]:
    """Raise scales in ``chosen`` (group -> quantization) where an operation demands it.

    The zero points stay, so a range grows on both sides. Gives the nodes that cannot be satisfied, because their
    quantizations are fixed, with the reason why.
    """
    refused: dict[int, str] = {}
    for _ in range(_ROUNDS):
        changed = False
        for place in range(len(graph.nodes)):
            if plan.nodes[place].role not in {Role.COMPUTE, Role.SAME} or place in refused:
                continue
            outcome = _fit(graph, plan, groups, chosen, place)
            if outcome is None:
                refused[place] = "its scales are too far apart for int8"
            changed |= bool(outcome)
        if not changed:
            break
    return refused


def _fit(
    graph: Graph, plan: Plan, groups: Groups, chosen: dict[int, Quantization], place: int
) -> bool | None:
    """Whether something had to grow; None where it cannot."""
    node = graph.nodes[place]
    limits = _limits(node.op)
    if limits is None or plan.nodes[place].role is Role.SAME:
        return False
    y = groups.of(plan.results[place])
    sources = [groups.of(i) for i in node.inputs if not graph.tensors[i].is_constant]
    if y not in chosen or any(source not in chosen for source in sources):
        return False
    scale = float(chosen[y].scale)
    reach = _reach(graph, node, groups, chosen)
    if scale < reach * limits[0]:
        return _raise(groups, chosen, y, reach * limits[0] * _MARGIN)
    if scale > reach * limits[1]:
        greatest = max(sources, key=lambda source: float(chosen[source].scale))
        return _raise(
            groups, chosen, greatest, float(chosen[greatest].scale) * scale / (reach * limits[1]) * _MARGIN
        )
    return False


def _reach(graph: Graph, node: Node, groups: Groups, chosen: Mapping[int, Quantization]) -> float:
    """The scale that the output's is beside: the greater operand's, their product, or the input's."""
    scales = []
    for index in node.inputs:
        data = graph.tensors[index].data
        if data is None:
            scales.append(float(chosen[groups.of(index)].scale))
        else:
            values = (np.float32(1) / data) if _divides(node.op) else data
            scales.append(float(constant_quantization(values).scale))
    if isinstance(node.op, FloatBinary):
        return scales[0] * scales[1] if node.op.function in {F.MUL, F.DIV} else max(scales)
    if isinstance(node.op, FloatPRelu):
        return max(scales[0], scales[0] * scales[1])
    return scales[0]


def _limits(op: Op) -> tuple[float, float] | None:
    if isinstance(op, FloatBinary):
        return _LIMITS.get(op.function)
    return (
        _CHANGE
        if isinstance(op, FloatReduce | FloatPRelu | FloatAveragePool2D | Quantize | Dequantize)
        else None
    )


def _divides(op: Op) -> bool:
    return isinstance(op, FloatBinary) and op.function == F.DIV


def _raise(groups: Groups, chosen: dict[int, Quantization], group: int, scale: float) -> bool | None:
    if groups.fixed(group) is not None or not np.isfinite(np.float32(scale)):
        return None
    chosen[group] = Quantization(np.array([scale], np.float32), chosen[group].zero_points)
    return True
