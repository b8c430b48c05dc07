"""Inputs in float that the file quantizes before it does anything else with them: the integers become the inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aiedge.model.importers.onnx_values import Coding
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Concat, Quantize, Reshape, ResizeNearest, StridedSlice, Transpose

_MOVES = (Reshape, Transpose, StridedSlice, Concat, ResizeNearest)
"""Operations that do the same to numbers as to the integers that stand for them."""


@dataclass(frozen=True, slots=True)
class Quantizations:
    """What :func:`input_quantizations` finds.

    ``codings``: how tensors in float are to be coded instead. ``joined``: tensors that such a tensor takes the place
    of, since the operation between them has nothing left to do.
    """

    codings: dict[int, Coding] = field(default_factory=dict)
    joined: dict[int, int] = field(default_factory=dict)


def input_quantizations(
    nodes: Sequence[Node], codings: Sequence[Coding | None], inputs: Sequence[int], outputs: Collection[int]
) -> Quantizations:
    """The inputs in float of which nothing but integers of one coding is read, wherever they are moved before.

    ``codings`` are those of all tensors, None for constants.
    """
    readers: dict[int, list[Node]] = {}
    maker: dict[int, Node] = {}
    for node in nodes:
        for index in set(node.inputs):
            readers.setdefault(index, []).append(node)
        maker[node.outputs[0]] = node
    found = Quantizations()
    seen: set[int] = set()
    for index in inputs:
        coding = codings[index]
        if index in seen or coding is None or not coding.is_float:
            continue
        moved = _moved_together(index, readers, maker, set(inputs))
        seen |= moved
        ends = [node for one in moved for node in readers.get(one, ()) if isinstance(node.op, Quantize)]
        others = [node for one in moved for node in readers.get(one, ()) if not isinstance(node.op, Quantize)]
        wanted = [codings[node.outputs[0]] for node in ends]
        is_one = len(wanted) > 0 and wanted[0] is not None and all(one == wanted[0] for one in wanted)
        is_moved = all(isinstance(node.op, _MOVES) and moved.issuperset(node.inputs) for node in others)
        made_here = all(one in inputs or moved.issuperset(maker[one].inputs) for one in moved)
        if is_one and is_moved and made_here and moved.isdisjoint(outputs):
            found.codings.update({one: wanted[0] for one in moved if wanted[0] is not None})
            found.joined.update({node.outputs[0]: node.inputs[0] for node in ends})
    return found


def _moved_together(
    first: int, readers: Mapping[int, Sequence[Node]], maker: Mapping[int, Node], inputs: Collection[int]
) -> set[int]:
    """The tensor, and all that only moves make of it, or of others together with it."""
    together, waiting = {first}, [first]
    while waiting:
        index = waiting.pop()
        near = [node for node in readers.get(index, ()) if isinstance(node.op, _MOVES)]
        if index in maker and isinstance(maker[index].op, _MOVES):
            near.append(maker[index])
        for node in near:
            for one in (*node.inputs, *node.outputs):
                is_moved = one in inputs or (one in maker and isinstance(maker[one].op, _MOVES))
                if is_moved and one not in together:
                    together.add(one)
                    waiting.append(one)
    return together
