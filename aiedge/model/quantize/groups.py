"""Which tensors share one quantization, so that operations that only move elements requantize nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Quantization
from aiedge.model.ir.ops import Concat, Dequantize, FloatBinary, FloatSoftmax
from aiedge.model.quantize.constants import quantization_of_tensor
from aiedge.model.quantize.plan import Plan, Role
from aiedge.model.quantize.ranges import Range, held_range

SHARED_SHARE = 0.5
"""An input of a concat, minimum or maximum takes the output's range, if that is of use to other readers, too: its own
range is at least this share of the other."""

SOFTMAX_OUTPUT = Quantization(np.array([1 / 256], np.float32), np.array([-128], np.int32))


class Groups:
    """Sets of tensors with one quantization each, by tensor index."""

    def __init__(self, graph: Graph, plan: Plan, ranges: Mapping[int, Range]) -> None:
        self._parents: dict[int, int] = {}
        self._own = ranges
        self._joined: dict[int, Range] = {}
        self._fixed = fixed_quantizations(graph, plan)
        self._users = _users(graph, plan)
        for place, (node, role) in enumerate(zip(graph.nodes, plan.nodes, strict=True)):
            if role.role is not Role.SAME:
                continue
            y = plan.results[place]
            sources = [i for i in node.inputs if graph.tensors[i].dtype == "float32"]
            for index in sources:
                if graph.tensors[index].is_constant:
                    continue
                if isinstance(node.op, Concat | FloatBinary) and not self._shares(index, y):
                    continue
                self._join(index, y)

    def of(self, tensor: int) -> int:
        """The group's representative."""
        while self._parents.get(tensor, tensor) != tensor:
            tensor = self._parents[tensor]
        return tensor

    def range_of(self, tensor: int) -> Range:
        """The range of all tensors of the group."""
        group = self.of(tensor)
        return self._joined[group] if group in self._joined else self._own[group]

    def fixed(self, tensor: int) -> Quantization | None:
        """The quantization that the group must have, if there is one."""
        return self._fixed.get(self.of(tensor))

    def _join(self, tensor: int, y: int) -> None:
        a, b = self.of(tensor), self.of(y)
        if a == b:
            return
        if a in self._fixed and b in self._fixed:
            # their operations get a change of scale between them
            return
        both = self.range_of(b)
        self._parents[b] = a
        self._joined[a] = self.range_of(a).joined(both)
        self._users[a] = self._users.get(a, 0) + self._users.get(b, 0)
        if b in self._fixed:
            self._fixed[a] = self._fixed[b]

    def _shares(self, tensor: int, y: int) -> bool:
        """Whether an input may take the output's quantization."""
        a, b = self.of(tensor), self.of(y)
        for one, other in ((a, b), (b, a)):
            fixed = self._fixed.get(one)
            if fixed is not None:
                held, needed = held_range(fixed), self.range_of(other)
                step = float(fixed.scale)
                if needed.low < held.low - step or needed.high > held.high + step:
                    return False
        own, all_of_them = self.range_of(a), self.range_of(a).joined(self.range_of(b))
        narrow = (own.high - own.low) < SHARED_SHARE * (all_of_them.high - all_of_them.low)
        return not narrow or self._users.get(a, 0) == 0


def fixed_quantizations(graph: Graph, plan: Plan) -> dict[int, Quantization]:
    """Tensors whose quantization is not chosen: of a softmax, and of what the model has in int8 already."""
    fixed: dict[int, Quantization] = {}
    for node, role in zip(graph.nodes, plan.nodes, strict=True):
        if role.role is Role.FLOAT:
            continue
        if isinstance(node.op, FloatSoftmax):
            fixed[node.outputs[0]] = SOFTMAX_OUTPUT
        if isinstance(node.op, Dequantize):
            fixed[node.outputs[0]] = _as_int8(graph, node)
    return fixed


def _as_int8(graph: Graph, node: Node) -> Quantization:
    x = graph.tensors[node.inputs[0]]
    given = quantization_of_tensor(x)
    moved = np.int32(128 if x.dtype == "uint8" else 0)
    return Quantization(given.scales, given.zero_points - moved)


_COMPUTING = MappingProxyType({Role.COMPUTE: 1, Role.FUNCTION: 1})


def _users(graph: Graph, plan: Plan) -> dict[int, int]:
    """Tensor -> how many operations compute with its values, not only move them."""
    users: dict[int, int] = {}
    for node, role in zip(graph.nodes, plan.nodes, strict=True):
        inputs = (role.root,) if role.role is Role.FUNCTION else node.inputs
        for index in inputs:
            users[index] = users.get(index, 0) + _COMPUTING.get(role.role, 0)
    return users
