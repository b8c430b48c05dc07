"""Puts the result together: int8 and float forms of the float graph's tensors, with the borders between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import Dequantize, Op, Quantize, Requantize
from aiedge.model.quantize.plan import Plan
from aiedge.model.quantize.weights import GREATEST


class Builder:
    """The graph being made. ``tensor`` and ``place`` are indices of the float graph, what methods give of the result.

    A tensor is computed in int8 (``emit``) or as it is in the float graph (``emit_plain``); its other form is made
    with a Quantize or Dequantize when it is first asked for, so that no pair of them ever meets.
    """

    def __init__(
        self, graph: Graph, plan: Plan, quantizations: Mapping[int, Quantization], weight_method: str
    ) -> None:
        self.graph = graph
        self.plan = plan
        self.quantizations = quantizations
        self.weight_method = weight_method
        self.tensors: list[Tensor] = []
        self.nodes: list[Node] = []
        self.node_of: dict[int, int] = {}
        self.weights_snr_db: dict[int, float] = {}
        self._computed: dict[int, int] = {}
        self._int8: dict[int, int] = {}
        self._plain: dict[int, int] = {}
        self._variants: dict[tuple[int, float, int], int] = {}
        self._tensor_names: set[str] = set()
        self._node_names: set[str] = set()

    @property
    def tensor_of(self) -> dict[int, int]:
        """The float graph's activations -> what was computed for them."""
        return dict(self._computed)

    def declare_input(self, tensor: int) -> None:
        """An input of the result: int8 for a float one, else as it is."""
        self._declare(tensor)

    def output(self, tensor: int) -> int:
        """What was computed for an input or a result of the whole graph."""
        return self._computed[tensor]

    def int8(self, tensor: int) -> int:
        """The tensor in int8, in its own quantization."""
        if tensor not in self._int8:
            source = self.graph.tensors[tensor]
            made = self.add_tensor(f"{source.name} (int8)", source.shape, self.quantizations[tensor])
            self.add_node(f"{source.name} quantize", Quantize(), (self._plain[tensor],), made)
            self._int8[tensor] = made
        return self._int8[tensor]

    def int8_as(self, tensor: int, wanted: Quantization) -> int:
        """The tensor in int8, in the wanted quantization: a constant is quantized, else a Requantize is put in."""
        source = self.graph.tensors[tensor]
        if source.data is not None:
            return self.add_constant(source.name, quantized(source.data, wanted), wanted)
        own = self.int8(tensor)
        if is_same(self.quantizations[tensor], wanted):
            return own
        key = (tensor, float(wanted.scale), wanted.zero_point)
        if key not in self._variants:
            made = self.add_tensor(f"{source.name} (requantized)", source.shape, wanted)
            self.add_node(f"{source.name} requantize", Requantize(), (own,), made)
            self._variants[key] = made
        return self._variants[key]

    def operand(self, tensor: int) -> int:
        """An operand of an arithmetic operation: in its own quantization, a constant symmetric over its values."""
        data = self.graph.tensors[tensor].data
        return self.int8(tensor) if data is None else self.int8_as(tensor, constant_quantization(data))

    def plain(self, tensor: int) -> int:
        """The tensor as the float graph has it."""
        if tensor not in self._plain:
            source = self.graph.tensors[tensor]
            if source.data is not None:
                self._plain[tensor] = self.add_constant(source.name, source.data, source.quantization)
            else:
                made = self._append(f"{source.name} (float)", source.shape, "float32")
                self.add_node(f"{source.name} dequantize", Dequantize(), (self._int8[tensor],), made)
                self._plain[tensor] = made
        return self._plain[tensor]

    def emit(self, place: int, op: Op, inputs: Sequence[int], result: int) -> None:
        """The operation that node ``place`` becomes; ``result`` is the float graph's tensor that it gives."""
        made = self._declare(result)
        self.node_of[place] = len(self.nodes)
        self.add_node(self.graph.nodes[place].name, op, inputs, made)

    def emit_plain(self, place: int) -> None:
        """A node as it is, in float or in the integers that it has."""
        node = self.graph.nodes[place]
        inputs = [self.plain(i) for i in node.inputs]
        made = self._copy(node.outputs[0])
        self.node_of[place] = len(self.nodes)
        self.add_node(node.name, node.op, inputs, made)

    def alias(self, tensor: int, made: int) -> None:
        """The tensor is there already: a float one in int8, another as it is."""
        self._computed[tensor] = made
        forms = self._int8 if self.graph.tensors[tensor].dtype == "float32" else self._plain
        forms[tensor] = made

    def add_node(self, name: str, op: Op, inputs: Sequence[int], made: int) -> None:
        """A node of the result that stands for none of the float graph, or for a part of one."""
        self.nodes.append(Node(_unique(name, self._node_names), op, tuple(inputs), (made,)))

    def add_tensor(self, name: str, shape: tuple[int, ...], quantization: Quantization) -> int:
        """A further int8 activation."""
        return self._append(name, shape, "int8", quantization)

    def add_constant(self, name: str, data: NDArray[Any], quantization: Quantization | None = None) -> int:
        """A further constant."""
        return self._append(name, data.shape, data.dtype.name, quantization, data)

    def _declare(self, tensor: int) -> int:
        source = self.graph.tensors[tensor]
        if source.dtype != "float32":
            return self._copy(tensor)
        made = self.add_tensor(source.name, source.shape, self.quantizations[tensor])
        self._computed[tensor] = self._int8[tensor] = made
        return made

    def _copy(self, tensor: int) -> int:
        source = self.graph.tensors[tensor]
        made = self._append(source.name, source.shape, source.dtype, source.quantization)
        self._computed[tensor] = self._plain[tensor] = made
        return made

    def _append(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: str,
        quantization: Quantization | None = None,
        data: NDArray[Any] | None = None,
    ) -> int:
        self.tensors.append(Tensor(_unique(name, self._tensor_names), shape, dtype, quantization, data))
        return len(self.tensors) - 1


def is_same(a: Quantization, b: Quantization) -> bool:
    """Whether both have one scale and one zero point."""
    return bool(a.scale == b.scale and a.zero_point == b.zero_point)


def quantized(values: NDArray[Any], quantization: Quantization) -> NDArray[np.int8]:
    """``clamp(rne(f32(v / s)) + z)``, as the operation ``quantize`` does; not a number becomes the zero point."""
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.rint(values.astype(np.float32) / quantization.scale).astype(np.float64)
    moved = np.where(np.isnan(steps), 0, steps) + quantization.zero_point
    integers: NDArray[np.int8] = np.clip(moved, -128, 127).astype(np.int8)
    return integers


def constant_quantization(data: NDArray[Any]) -> Quantization:
    """Symmetric over the values of a float constant."""
    peak = float(np.abs(data).max()) if data.size else 0.0
    scale = np.float32(max(peak / GREATEST, 2.0**-100) if peak > 0 else 2.0**-12)
    return Quantization(np.array([scale], np.float32), np.array([0], np.int32))


def _unique(name: str, taken: set[str]) -> str:
    chosen, number = name, 2
    while chosen in taken:
        chosen, number = f"{name} {number}", number + 1
    taken.add(chosen)
    return chosen
