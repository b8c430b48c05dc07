"""The graph so far, and the values of the file's names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import ModelError
from aiedge.model.importers.bounds import Rounding, clamp_bounds, half_even
from aiedge.model.importers.onnx_inputs import input_quantizations
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import FLOAT, Activation, Coding, Pending, Value
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.limits import MAX_DIMENSION, MAX_ELEMENTS, MAX_TENSORS
from aiedge.model.ir.ops import Dequantize, Lookup, Op, Quantize, Requantize, Reshape, Transpose

_FLIP = 128
"""Between uint8 and int8: the same number is stored 128 lower."""


class GraphBuilder:
    """Nodes, tensors and named values.

    ``flips``: uint8 is stored as int8, 128 lower, because the file has int8, too, and the operations of the graph
    want one type. ``opset`` is the version of the standard operators. ``constant_bytes`` bounds what is made of the
    file's constants: nodes of a hostile file may name the same ones again and again.
    """

    def __init__(self, source: str, opset: int, *, flips: bool, constant_bytes: int) -> None:
        self.source = source
        self.opset = opset
        self._flips = flips
        self._bytes_left = constant_bytes
        self._tensors: list[Tensor] = []
        self._codings: list[Coding | None] = []
        self._nodes: list[Node] = []
        self._makers: dict[int, Node] = {}
        self._values: dict[str, Value] = {}
        self._reordered: dict[tuple[int, tuple[int, ...]], Activation] = {}
        self._dequantized: dict[int, Activation] = {}
        self._computed: dict[int, tuple[Pending, Activation]] = {}
        self.before_softmax: dict[int, Activation] = {}

    # -- names -------------------------------------------------------------------------------------------------

    def define(self, name: str, value: Value, place: str) -> None:
        """Give a name its value; ModelError when it has one."""
        if name in self._values:
            raise ModelError("AIE-MOD-009", where=place, reason=f"the name {name[:80]!r} has a value already")
        self._values[name] = value

    def find(self, name: str, place: str) -> Value:
        """The value of a name; ModelError when nothing before has made it."""
        if name not in self._values:
            reason = f"nothing before it makes {name[:80]!r}"
            raise ModelError("AIE-MOD-009", where=place, reason=reason)
        return self._values[name]

    # -- tensors -----------------------------------------------------------------------------------------------

    def stored(self, coding: Coding) -> tuple[str, np.float32, int]:
        """dtype, scale and zero point in the graph."""
        if coding.dtype == "uint8" and self._flips:
            return "int8", coding.scale, coding.zero_point - _FLIP
        return coding.dtype, coding.scale, coding.zero_point

    def stored_array(self, array: NDArray[Any]) -> NDArray[Any]:
        """uint8 or int8 as the graph has them."""
        if array.dtype == np.uint8 and self._flips:
            flipped: NDArray[np.int8] = (array ^ np.uint8(_FLIP)).view(np.int8)
            return flipped
        return array

    def same_coding(self, a: Coding, b: Coding) -> bool:
        """Whether the same elements of the graph stand for the same numbers."""
        return a.is_scaled and b.is_scaled and self.stored(a) == self.stored(b)

    def declare(
        self, name: str, shape: tuple[int, ...], order: tuple[int, ...], coding: Coding, place: str
    ) -> Activation:
        """A new tensor; ``shape`` is the file's."""
        check_size(shape, place)
        if len(self._tensors) >= MAX_TENSORS:
            raise ModelError(
                "AIE-MOD-017", where=place, count=MAX_TENSORS + 1, unit="tensors", limit=MAX_TENSORS
            )
        self._tensors.append(Tensor(name, tuple(shape[axis] for axis in order), "int8"))
        self._codings.append(coding)
        return Activation(len(self._tensors) - 1, shape, order, coding)

    def spend(self, byte_count: int, place: str) -> None:
        """Account for a constant that is made of the file's."""
        self._bytes_left -= byte_count
        if self._bytes_left < 0:
            reason = "its nodes share constants more often than a model's do"
            raise ModelError("AIE-MOD-009", where=place, reason=reason)

    @property
    def tensor_count(self) -> int:
        """How many tensors there are; the next one has this index."""
        return len(self._tensors)

    def maker(self, x: Activation) -> Node | None:
        """The node of the graph that makes a tensor."""
        return self._makers.get(x.tensor)

    def rename(self, x: Activation, name: str) -> None:
        """Give a tensor of the graph another name."""
        self._tensors[x.tensor].name = name

    def constant(self, name: str, array: NDArray[Any], quantization: Quantization | None) -> int:
        """The graph's index of a new constant."""
        self.spend(array.nbytes, f"{self.source}: {name!r}")
        self._tensors.append(
            Tensor(name, array.shape, array.dtype.name, quantization, np.ascontiguousarray(array))
        )
        self._codings.append(None)
        return len(self._tensors) - 1

    def add(
        self,
        node: FileNode,
        op: Op,
        inputs: Sequence[int],
        shape: tuple[int, ...],
        order: tuple[int, ...],
        coding: Coding,
        name: str = "",
    ) -> Activation:
        """Append a node of the graph; its output gets the name, or that of the file's node's output."""
        output = self.declare(name or node.outputs[0], shape, order, coding, node.place)
        made = Node(node.name or node.outputs[0], op, tuple(inputs), (output.tensor,))
        self._nodes.append(made)
        self._makers[output.tensor] = made
        return output

    def clamp(
        self, coding: Coding, low: float, high: float, rounded: Rounding = half_even
    ) -> tuple[int, int]:
        """Bounds in the graph's integers."""
        dtype, scale, zero_point = self.stored(coding)
        return clamp_bounds(dtype, scale, zero_point, low, high, rounded)

    # -- helpers that make nodes -------------------------------------------------------------------------------

    def ordered(self, node: FileNode, x: Activation, order: tuple[int, ...]) -> Activation:
        """The same values with their axes in another order; a node only where elements move."""
        if x.order == order:
            return x
        key = (x.tensor, tuple(x.order.index(axis) for axis in order))
        if key not in self._reordered:
            axes = key[1]
            moving = [axis for axis in axes if self._tensors[x.tensor].shape[axis] > 1]
            op = Reshape() if moving == sorted(moving) else Transpose.of(axes)
            name = f"{self._tensors[x.tensor].name}/{op.NAME}"
            self._reordered[key] = self.add(node, op, [x.tensor], x.shape, order, x.coding, name)
        return Activation(self._reordered[key].tensor, x.shape, order, x.coding)

    def plain(self, node: FileNode, x: Activation) -> Activation:
        """The same values in the file's own order of axes."""
        return self.ordered(node, x, tuple(range(len(x.shape))))

    def reshape(self, node: FileNode, x: Activation, shape: tuple[int, ...]) -> Activation:
        """The same elements, read in the file's order, in another shape of the file's.

        Axes that are split or joined stand next to each other for that; all others stay where they are.
        """
        if x.shape == shape:
            return x
        blocks = _blocks(x.shape, shape)
        blocks.sort(key=lambda block: min((x.order.index(axis) for axis in block[0]), default=-1))
        source = self.ordered(node, x, tuple(axis for before, _ in blocks for axis in before))
        order = tuple(axis for _, after in blocks for axis in after)
        return self.add(node, Reshape(), [source.tensor], shape, order, x.coding)

    def quantized(self, node: FileNode, x: Activation, coding: Coding) -> Activation:
        """Numbers as integers."""
        return self.add(node, Quantize(), [x.tensor], x.shape, x.order, coding)

    def dequantized(self, node: FileNode, x: Activation) -> Activation:
        """Integers as numbers."""
        if x.tensor not in self._dequantized:
            name = f"{self._tensors[x.tensor].name}/{Dequantize.NAME}"
            made = self.add(node, Dequantize(), [x.tensor], x.shape, x.order, FLOAT, name)
            self._dequantized[x.tensor] = made
        return replace(x, tensor=self._dequantized[x.tensor].tensor, coding=FLOAT)

    def computed(self, value: Pending) -> Activation:
        """What waits for its quantization, in float; computed once, however many read it so."""
        if id(value) not in self._computed:
            # The value is kept beside its result, so that no other one gets its identity.
            self._computed[id(value)] = (value, value.emit(FLOAT, value.low, value.high))
        return self._computed[id(value)][1]

    def look_up(self, node: FileNode, x: Activation, table: NDArray[Any], coding: Coding) -> Activation:
        """Each integer by a table, whose entry i is for the integer of the graph whose byte is i."""
        dtype, scale, zero_point = self.stored(coding)
        entries = table.astype(dtype)
        if self.same_coding(x.coding, coding) and np.array_equal(entries.view(np.uint8), np.arange(256)):
            return Activation(x.tensor, x.shape, x.order, coding)
        quantization = Quantization(np.array([scale], np.float32), np.array([zero_point], np.int32))
        index = self.constant(f"{node.outputs[0]}/table", entries, quantization)
        return self.add(node, Lookup(), [x.tensor, index], x.shape, x.order, coding)

    def clamped(self, node: FileNode, x: Activation, low: float, high: float) -> Activation:
        """Every value held within two bounds."""
        values = np.arange(256, dtype=np.uint8).view(self.stored(x.coding)[0])
        return self.look_up(node, x, np.clip(values, *self.clamp(x.coding, low, high)), x.coding)

    # -- the end -----------------------------------------------------------------------------------------------

    def finish(
        self, inputs: Sequence[tuple[str, Activation]], outputs: Sequence[tuple[str, Activation]]
    ) -> Graph:
        """The graph with the file's inputs and outputs, each in the file's type, under the file's name.

        An input in float of which the file reads nothing but integers becomes these.
        """
        inputs, outputs = self._join_quantizations(inputs, outputs)
        for index, coding in enumerate(self._codings):
            if coding is not None:
                self._settle(self._tensors[index], coding)
        first: list[Node] = []
        input_tensors = []
        for name, x in inputs:
            outside = self._outside(name, x)
            input_tensors.append(outside)
            if outside != x.tensor:
                first.append(Node(name, Requantize(), (outside,), (x.tensor,)))
        output_tensors = []
        for name, x in outputs:
            outside = self._outside(name, x)
            output_tensors.append(outside)
            if outside != x.tensor:
                self._nodes.append(Node(name, Requantize(), (x.tensor,), (outside,)))
            elif outside not in input_tensors:
                self._tensors[outside].name = name
        return _without_unused(
            Graph(
                name=self.source,
                tensors=self._tensors,
                nodes=[*first, *self._nodes],
                inputs=tuple(input_tensors),
                outputs=tuple(output_tensors),
            )
        )

    def _join_quantizations(
        self, inputs: Sequence[tuple[str, Activation]], outputs: Sequence[tuple[str, Activation]]
    ) -> tuple[list[tuple[str, Activation]], list[tuple[str, Activation]]]:
        """Code the inputs as :func:`input_quantizations` says; the same inputs and outputs after that."""
        first, last = [x.tensor for _, x in inputs], {x.tensor for _, x in outputs}
        found = input_quantizations(self._nodes, self._codings, first, last)
        kept = []
        for node in self._nodes:
            if node.outputs[0] not in found.joined:
                sources = tuple(found.joined.get(index, index) for index in node.inputs)
                kept.append(Node(node.name, node.op, sources, node.outputs))
        self._nodes = kept
        for index, coding in found.codings.items():
            self._codings[index] = coding

        def joined(x: Activation) -> Activation:
            tensor = found.joined.get(x.tensor, x.tensor)
            return replace(x, tensor=tensor, coding=found.codings.get(tensor, x.coding))

        return [(name, joined(x)) for name, x in inputs], [(name, joined(x)) for name, x in outputs]

    def _settle(self, tensor: Tensor, coding: Coding) -> None:
        if not coding.is_scaled:
            where = f"{self.source}: {tensor.name!r}"
            raise ModelError("AIE-MOD-006", where=where, dtype=f"{coding.dtype} without a scale")
        tensor.dtype, scale, zero_point = self.stored(coding)
        if not coding.is_float:
            tensor.quantization = Quantization(
                np.array([scale], np.float32), np.array([zero_point], np.int32)
            )

    def _outside(self, name: str, x: Activation) -> int:
        """The graph's index of an input or output in the file's type."""
        inside = self._tensors[x.tensor]
        if x.coding.dtype == inside.dtype:
            return x.tensor
        quantization = Quantization(
            np.array([x.coding.scale], np.float32), np.array([x.coding.zero_point], np.int32)
        )
        self._tensors.append(Tensor(name, inside.shape, x.coding.dtype, quantization))
        inside.name = f"{name}/{inside.dtype}"
        return len(self._tensors) - 1


def _without_unused(graph: Graph) -> Graph:
    """The graph without tensors that nothing names."""
    used = {index for node in graph.nodes for index in (*node.inputs, *node.outputs)}
    used.update(graph.inputs, graph.outputs)
    place = {index: new for new, index in enumerate(sorted(used))}

    def placed(indices: Sequence[int]) -> tuple[int, ...]:
        return tuple(place[index] for index in indices)

    return Graph(
        name=graph.name,
        tensors=[graph.tensors[index] for index in place],
        nodes=[Node(node.name, node.op, placed(node.inputs), placed(node.outputs)) for node in graph.nodes],
        inputs=placed(graph.inputs),
        outputs=placed(graph.outputs),
        arithmetic=graph.arithmetic,
    )


def check_size(shape: Sequence[int], place: str) -> None:
    """ModelError for a shape with an axis below 1, or with more elements than aiedge takes."""
    if any(size < 1 for size in shape):
        raise ModelError("AIE-MOD-008", where=place, shape=list(shape))
    count = 1
    for size in shape:
        count *= size
        if size > MAX_DIMENSION or count > MAX_ELEMENTS:
            raise ModelError("AIE-MOD-017", where=place, count=count, unit="elements", limit=MAX_ELEMENTS)


def _blocks(before: Sequence[int], after: Sequence[int]) -> list[tuple[list[int], list[int]]]:
    """Axes of one shape and those of another, of as many elements, that the same elements fill; as few as can be."""
    blocks = []
    i = j = 0
    while i < len(before) or j < len(after):
        first, second = (before[i] if i < len(before) else 1), (after[j] if j < len(after) else 1)
        from_i, from_j = i, j
        i, j = min(i + 1, len(before)), min(j + 1, len(after))
        while first != second:
            if first < second:
                first, i = first * before[i], i + 1
            else:
                second, j = second * after[j], j + 1
        blocks.append((list(range(from_i, i)), list(range(from_j, j))))
    return blocks
