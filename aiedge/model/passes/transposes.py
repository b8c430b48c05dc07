"""Lets transposes meet: neighbours become one, inverse ones vanish, others move down past operations that do not mind.

The bits stay the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from aiedge.model.ir.graph import Graph, Node, Tensor
from aiedge.model.ir.ops import (
    Add,
    Concat,
    FloatBinary,
    FloatPRelu,
    FloatReduce,
    FloatUnary,
    Lookup,
    Maximum,
    Minimum,
    Mul,
    Op,
    PRelu,
    Quantize,
    Requantize,
    Reshape,
    StridedSlice,
    Sub,
    Transpose,
)
from aiedge.model.passes.dead_code import drop_dead_code
from aiedge.model.passes.reshaped_view import reshaped_view


def move_transposes(graph: Graph) -> Graph:
    """Carry each transpose along until an operation wants its result, and do there what is left of it.

    Past another operation it moves only when nothing else reads the transposed value, or when only slices do that take
    no more than its elements together; so never more elements are transposed than before. A transpose that only
    moves axes of size 1 becomes a reshape.
    """
    if not any(isinstance(node.op, Transpose) for node in graph.nodes):
        return graph
    # what nothing needs is no reader
    return _Sweep(drop_dead_code(graph)).result()


class _View(NamedTuple):
    """A tensor that is not computed yet: axis i of it is axis ``axes[i]`` of the tensor ``base``."""

    base: int
    axes: tuple[int, ...]
    name: str


class _Sweep:
    """One walk over the nodes in order; tensors keep their indices, new ones are added."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._tensors = list(graph.tensors)
        self._nodes: list[Node] = []
        self._views: dict[int, _View] = {}
        # a transpose of a transposed value needs only what that is made of
        self._readers: dict[int, list[Node | None]] = {}
        for node in graph.nodes:
            if not isinstance(node.op, Transpose):
                for index in set(node.inputs):
                    self._readers.setdefault(index, []).append(node)
        for index in graph.outputs:
            self._readers.setdefault(index, []).append(None)

    def result(self) -> Graph:
        """The graph with the transposes where they are needed."""
        for node in self._graph.nodes:
            move = _MOVES.get(type(node.op))
            if move is None or not move(self, node):
                inputs = tuple(self._computed(index) for index in node.inputs)
                self._nodes.append(Node(node.name, node.op, inputs, node.outputs))
        for index in self._graph.outputs:
            self._finish(index)
        graph = self._graph
        # what nothing reads now goes
        return drop_dead_code(
            Graph(graph.name, self._tensors, self._nodes, graph.inputs, graph.outputs, graph.arithmetic)
        )

    def transpose(self, node: Node) -> bool:
        """A transpose, of a transposed value perhaps, is put off."""
        if not isinstance(node.op, Transpose):
            return False
        (index,), (output,) = node.inputs, node.outputs
        axes = node.op.axes[: len(self._tensors[index].shape)]
        view = self._views.get(index)
        if view is not None:
            axes = tuple(view.axes[axis] for axis in axes)
        self._views[output] = _View(index if view is None else view.base, axes, node.name)
        return True

    def reshape(self, node: Node) -> bool:
        """A reshape that leaves each of the moved axes, or joins such as stand side by side before, too."""
        (index,), (output,) = node.inputs, node.outputs
        view = self._views.get(index)
        if view is None:
            return False
        if self._keeps_order(view):
            self._nodes.append(Node(node.name, node.op, (view.base,), node.outputs))
            return True
        y = self._tensors[output]
        reshaped = reshaped_view(self._tensors[view.base].shape, view.axes, y.shape)
        if reshaped is None or not self._alone(index):
            return False
        moved = self._added(Tensor(f"{y.name}/moved", reshaped.shape, y.dtype, y.quantization))
        self._nodes.append(Node(node.name, node.op, (view.base,), (moved,)))
        self._views[output] = _View(moved, reshaped.axes, view.name)
        return True

    def strided_slice(self, node: Node) -> bool:
        """A slice, of each axis where it stands before."""
        view = self._views.get(node.inputs[0])
        if view is None or not isinstance(node.op, StridedSlice):
            return False
        if not self._alone(node.inputs[0]) and not self._divided(node.inputs[0]):
            return False
        range_of = dict(zip(view.axes, node.op.ranges, strict=False))
        ranges = [range_of[axis] for axis in range(len(view.axes))]
        op = StridedSlice.of([begin for begin, _ in ranges], [stride for _, stride in ranges])
        self._emit_moved(node, op, (view.base,), view)
        return True

    def elementwise(self, node: Node) -> bool:
        """A function of the first input's elements, each alone."""
        view = self._views.get(node.inputs[0])
        if view is None or not self._alone(node.inputs[0]):
            return False
        self._emit_moved(node, node.op, (view.base, *node.inputs[1:]), view)
        return True

    def broadcast(self, node: Node) -> bool:
        """A function of the elements of two operands, the second of which may be a constant that repeats."""
        views = [self._views[index] for index in node.inputs if index in self._views]
        shape = self._tensors[node.outputs[0]].shape
        if not views or len({view.axes for view in views}) > 1:
            return False
        # a value that repeats would be moved in full
        grows = all(self._tensors[index].shape != shape for index in node.inputs if index in self._views)
        # the result may have more axes than what was transposed
        if grows or len(views[0].axes) != len(shape):
            return False
        operands = [self._untransposed(index, views[0], len(shape)) for index in node.inputs]
        inputs = tuple(operand for operand in operands if operand is not None)
        if len(inputs) < len(operands):
            return False
        self._emit_moved(node, node.op, inputs, views[0])
        return True

    def concat(self, node: Node) -> bool:
        """Pieces that are all transposed alike."""
        views = [self._views.get(index) for index in node.inputs]
        first = views[0]
        alone = all(self._alone(index) for index in node.inputs)
        alike = first is not None and all(view is not None and view.axes == first.axes for view in views)
        if first is None or not alone or not alike or not isinstance(node.op, Concat):
            return False
        inputs = tuple(view.base for view in views if view is not None)
        self._emit_moved(node, Concat(first.axes[node.op.axis]), inputs, first)
        return True

    def reduce(self, node: Node) -> bool:
        """A reduction over axes that stand in the same order, side by side, before the transpose."""
        view = self._views.get(node.inputs[0])
        if view is None or not self._alone(node.inputs[0]) or not isinstance(node.op, FloatReduce):
            return False
        first, last = node.op.first_axis, node.op.last_axis
        reduced = view.axes[first : last + 1]
        if reduced != tuple(range(reduced[0], reduced[0] + len(reduced))):
            return False
        if len(self._tensors[node.outputs[0]].shape) < len(view.axes):
            left = [axis for axis in view.axes if axis not in reduced]
            view = view._replace(axes=tuple(sorted(left).index(axis) for axis in left))
        op = replace(node.op, first_axis=reduced[0], last_axis=reduced[-1])
        self._emit_moved(node, op, (view.base,), view)
        return True

    def _emit_moved(self, node: Node, op: Op, inputs: tuple[int, ...], view: _View) -> None:
        """The operation before the transpose, and its output as a view of what it gives now."""
        (output,) = node.outputs
        y = self._tensors[output]
        sizes = dict(zip(view.axes, y.shape, strict=True))
        shape = tuple(sizes[axis] for axis in range(len(y.shape)))
        moved = self._added(Tensor(f"{y.name}/moved", shape, y.dtype, y.quantization))
        self._nodes.append(Node(node.name, op, inputs, (moved,)))
        self._views[output] = _View(moved, view.axes, view.name)

    def _untransposed(self, index: int, view: _View, rank: int) -> int | None:
        """The operand as it is before the transpose; None where it is not to be had."""
        if index in self._views:
            return self._views[index].base if self._alone(index) else None
        tensor = self._tensors[index]
        if tensor.data is None:
            return None
        if tensor.element_count == 1:
            return index
        data = tensor.data.reshape((1,) * (rank - tensor.data.ndim) + tensor.shape)
        data = np.ascontiguousarray(data.transpose(np.argsort(view.axes)))
        return self._added(Tensor(tensor.name, data.shape, tensor.dtype, tensor.quantization, data))

    def _computed(self, index: int) -> int:
        """The index of the tensor's value, which is transposed here if it was put off."""
        view = self._views.get(index)
        if view is None:
            return index
        if view.axes == tuple(range(len(view.axes))):
            return view.base
        op = Reshape() if self._keeps_order(view) else Transpose.of(view.axes)
        self._nodes.append(Node(view.name, op, (view.base,), (index,)))
        del self._views[index]
        return index

    def _finish(self, output: int) -> None:
        """Compute an output of the graph."""
        value = self._computed(output)
        if value == output:
            return
        kept = {*self._graph.inputs, *self._graph.outputs}
        if value in kept or self._tensors[value].is_constant:
            self._nodes.append(Node(self._views[output].name, Reshape(), (value,), (output,)))
        else:
            # the value is the output under another name
            self._nodes = [_renamed(node, value, output) for node in self._nodes]
            self._views = {
                index: view._replace(base=output) if view.base == value else view
                for index, view in self._views.items()
            }
        del self._views[output]

    def _alone(self, index: int) -> bool:
        """Whether one node reads the tensor, transposes aside, and the caller does not."""
        return len(self._readers[index]) == 1 and self._readers[index] != [None]

    def _divided(self, index: int) -> bool:
        """Whether only slices read the tensor, and no more than its elements together."""
        nodes = [node for node in self._readers[index] if node is not None]
        taken = sum(self._tensors[node.outputs[0]].element_count for node in nodes)
        slices = all(isinstance(node.op, StridedSlice) for node in nodes)
        return (
            slices and len(nodes) == len(self._readers[index]) and taken <= self._tensors[index].element_count
        )

    def _keeps_order(self, view: _View) -> bool:
        shape = self._tensors[view.base].shape
        moving = [axis for axis in view.axes if shape[axis] > 1]
        return moving == sorted(moving)

    def _added(self, tensor: Tensor) -> int:
        self._tensors.append(tensor)
        return len(self._tensors) - 1


_MOVES: Mapping[type[Op], Callable[[_Sweep, Node], bool]] = MappingProxyType(
    {
        Transpose: _Sweep.transpose,
        Reshape: _Sweep.reshape,
        StridedSlice: _Sweep.strided_slice,
        Concat: _Sweep.concat,
        FloatReduce: _Sweep.reduce,
        **dict.fromkeys((FloatUnary, Lookup, Quantize, Requantize), _Sweep.elementwise),
        **dict.fromkeys((Add, FloatBinary, FloatPRelu, Maximum, Minimum, Mul, PRelu, Sub), _Sweep.broadcast),
    }
)
"""What takes a node past transposes, and says whether it has."""


def _renamed(node: Node, old: int, new: int) -> Node:
    def moved(indices: Sequence[int]) -> tuple[int, ...]:
        return tuple(new if index == old else index for index in indices)

    return Node(node.name, node.op, moved(node.inputs), moved(node.outputs))
