"""What each node of a float graph becomes in int8, before any range is known."""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    ArgMax,
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
    Gather,
    Op,
    Pad,
    Quantize,
    ReduceFunction,
    Reshape,
    ResizeNearest,
    StridedSlice,
    Transpose,
    UnaryFunction,
)


class Role(enum.Enum):
    """How a node is carried over."""

    COMPUTE = "an int8 operation of its own"
    SAME = "an int8 operation whose inputs and output have one quantization"
    FOLDED = "bounds of the operation before it"
    FUNCTION = "a table of one tensor"
    FLOAT = "as it is, in float"
    INTEGER = "as it is, in integers already"


@dataclass(frozen=True, slots=True)
class NodePlan:
    """One node's role.

    ``reason``: why it stays in float. ``owner``: for FOLDED, the node whose bounds it becomes. ``root`` and ``body``:
    for FUNCTION, the tensor that the table reads and the nodes, in order, that it stands for.
    """

    role: Role
    reason: str = ""
    owner: int = -1
    root: int = -1
    body: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The roles of all nodes, in order."""

    nodes: tuple[NodePlan, ...]
    results: Mapping[int, int]
    """Node -> the tensor that its int8 operation gives, after the bounds that were folded into it."""

    bounds: Mapping[int, tuple[float, float]]
    """Node -> the real bounds of its result, where some were folded into it."""


WEIGHTED = (FloatConv2D, FloatDepthwiseConv2D, FloatFullyConnected)

MOVING = (Reshape, Concat, Pad, Transpose, StridedSlice, ResizeNearest, Gather, FloatResizeBilinear)
_FOLDABLE = (*WEIGHTED, FloatBinary, FloatAveragePool2D, FloatMaxPool2D)
_BINARIES = {BinaryFunction.ADD, BinaryFunction.SUB, BinaryFunction.MUL}
_EXTREMA = {BinaryFunction.MINIMUM, BinaryFunction.MAXIMUM}

NO_FORM = "it has no int8 form"


def make_plan(graph: Graph, kept: Mapping[int, str]) -> Plan:
    """Give every node a role; ``kept`` are nodes that stay in float, with the reason."""
    return _Planner(graph, kept).run()


def is_whole_window(op: FloatAveragePool2D, x: Tensor) -> bool:
    """Whether the pool is a mean over the whole image, which int8 computes with a range of its own."""
    pads = (op.pad_top, op.pad_bottom, op.pad_left, op.pad_right)
    return (op.filter_h, op.filter_w) == x.shape[1:3] and not any(pads)


def is_image_maximum(op: FloatReduce, x: Tensor) -> bool:
    """Whether the reduction is the greatest over height and width of images, which a pool computes."""
    over_image = len(x.shape) == 4 and (op.first_axis, op.last_axis) == (1, 2)
    return op.function == ReduceFunction.MAX and over_image


class _Planner:
    def __init__(self, graph: Graph, kept: Mapping[int, str]) -> None:
        self.graph = graph
        self.kept = kept
        self.plans: list[NodePlan] = []
        self.readers = Counter(index for node in graph.nodes for index in node.inputs)
        self.readers.update(graph.outputs)
        self.producer = {node.outputs[0]: place for place, node in enumerate(graph.nodes)}
        # tensors that an int8 operation with bounds gives: the operation
        self.owners: dict[int, int] = {}
        # tensors that tables give: what they read and the nodes they stand for
        self.functions: dict[int, tuple[int, tuple[int, ...]]] = {}
        self.results: dict[int, int] = {}
        self.bounds: dict[int, tuple[float, float]] = {}

    def run(self) -> Plan:
        for place, node in enumerate(self.graph.nodes):
            self.plans.append(self._role(place, node))
        self._keep_moves_between_floats()
        return Plan(tuple(self.plans), self.results, self.bounds)

    def _role(self, place: int, node: Node) -> NodePlan:
        y = self.graph.tensors[node.outputs[0]]
        activations = [i for i in node.inputs if not self.graph.tensors[i].is_constant]
        floats = any(self.graph.tensors[i].dtype == "float32" for i in activations)
        if y.dtype != "float32" and not floats:
            return NodePlan(Role.INTEGER)
        if place in self.kept:
            return NodePlan(Role.FLOAT, self.kept[place])
        if self._folds(node):
            return self._fold(node)
        root = self._root(node)
        return self._function(place, node, root) if root >= 0 else self._operation(place, node)

    def _operation(self, place: int, node: Node) -> NodePlan:
        """An operation of its own, or float."""
        if isinstance(node.op, Quantize) and self._is_float(node.inputs[0]):
            return NodePlan(Role.FLOAT, "its input is float")
        role = _own_role(node.op, [self.graph.tensors[i] for i in node.inputs])
        if role is None:
            return NodePlan(Role.FLOAT, NO_FORM)
        self.results[place] = node.outputs[0]
        if isinstance(node.op, _FOLDABLE) and not _is_extremum(node.op):
            self.owners[node.outputs[0]] = place
        return NodePlan(role)

    def _folds(self, node: Node) -> bool:
        """Whether a clip can be the bounds of the operation before it, whose value nothing else reads."""
        clip = isinstance(node.op, FloatUnary) and node.op.function == UnaryFunction.CLIP
        return clip and node.inputs[0] in self.owners and self.readers[node.inputs[0]] == 1

    def _fold(self, node: Node) -> NodePlan:
        op = node.op
        if not isinstance(op, FloatUnary):
            raise TypeError(f"{op.NAME} is no clip")
        owner = self.owners[node.inputs[0]]
        low, high = self.bounds.get(owner, (-math.inf, math.inf))
        self.bounds[owner] = (min(max(low, op.alpha), op.beta), min(max(high, op.alpha), op.beta))
        self.owners[node.outputs[0]] = owner
        self.results[owner] = node.outputs[0]
        return NodePlan(Role.FOLDED, owner=owner)

    def _root(self, node: Node) -> int:
        """The one tensor whose elements alone decide the node's, or -1."""
        if not isinstance(node.op, FloatUnary | FloatBinary | FloatPRelu):
            return -1
        shape = self.graph.tensors[node.outputs[0]].shape
        roots = set()
        for index in node.inputs:
            tensor = self.graph.tensors[index]
            if tensor.is_constant:
                if tensor.element_count != 1:
                    return -1
            elif tensor.shape != shape:
                return -1
            else:
                roots.add(self.functions.get(index, (index, ()))[0])
        return roots.pop() if len(roots) == 1 else -1

    def _function(self, place: int, node: Node, root: int) -> NodePlan:
        if self._is_float(root):
            return NodePlan(Role.FLOAT, "its input is float")
        body = {place}
        for index in node.inputs:
            body.update(self.functions.get(index, (index, ()))[1])
        ordered = tuple(sorted(body))
        self.functions[node.outputs[0]] = (root, ordered)
        self.results[place] = node.outputs[0]
        return NodePlan(Role.FUNCTION, root=root, body=ordered)

    def _is_float(self, tensor: int) -> bool:
        place = self.producer.get(tensor, -1)
        return place >= 0 and self.plans[place].role is Role.FLOAT

    def _keep_moves_between_floats(self) -> None:
        """Moves whose inputs come from float and go to float alone stay float: nothing is gained by two borders."""
        from_float: set[int] = set()
        for node, plan in zip(self.graph.nodes, self.plans, strict=True):
            activations = [i for i in node.inputs if not self.graph.tensors[i].is_constant]
            moves = isinstance(node.op, MOVING) and plan.role is Role.SAME
            moved = moves and bool(activations) and all(i in from_float for i in activations)
            if plan.role is Role.FLOAT or moved:
                from_float.add(node.outputs[0])
        readers: dict[int, list[int]] = {}
        for place, node in enumerate(self.graph.nodes):
            for index in node.inputs:
                readers.setdefault(index, []).append(place)
        for place in reversed(range(len(self.graph.nodes))):
            node = self.graph.nodes[place]
            goes = all(self.plans[r].role is Role.FLOAT for r in readers.get(node.outputs[0], []))
            if self.plans[place].role is Role.SAME and node.outputs[0] in from_float and goes:
                self.plans[place] = NodePlan(Role.FLOAT, "it lies between float nodes")
                del self.results[place]


def _own_role(op: Op, inputs: list[Tensor]) -> Role | None:
    """The role of an operation that is neither folded nor a table; None where int8 has no such operation."""
    constants = [tensor.is_constant for tensor in inputs]
    if isinstance(op, WEIGHTED):
        fits = constants == [False, True, True]
    elif isinstance(op, FloatBinary):
        return _binary_role(op, inputs)
    elif isinstance(op, FloatPRelu):
        fits = constants == [False, True]
    elif isinstance(op, FloatReduce):
        if is_image_maximum(op, inputs[0]):
            return Role.SAME
        fits = op.function in {ReduceFunction.MEAN, ReduceFunction.SUM}
    elif isinstance(op, FloatAveragePool2D):
        return Role.COMPUTE if is_whole_window(op, inputs[0]) else Role.SAME
    elif isinstance(op, (*MOVING, FloatMaxPool2D)):
        return Role.SAME
    else:
        fits = isinstance(op, FloatSoftmax | Quantize | Dequantize | ArgMax)
    return Role.COMPUTE if fits else None


def _binary_role(op: FloatBinary, inputs: list[Tensor]) -> Role | None:
    if op.function in _EXTREMA:
        return Role.SAME
    divides = op.function == BinaryFunction.DIV and _reciprocal_is_finite(inputs[1])
    return Role.COMPUTE if op.function in _BINARIES or divides else None


def _reciprocal_is_finite(divisor: Tensor) -> bool:
    if divisor.data is None:
        return False
    with np.errstate(divide="ignore", over="ignore"):
        return bool(np.isfinite(np.float32(1) / divisor.data).all())


def _is_extremum(op: Op) -> bool:
    return isinstance(op, FloatBinary) and op.function in _EXTREMA
