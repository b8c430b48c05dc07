"""Results that hold values of very different size beside each other, for which one int8 scale is none."""

from __future__ import annotations

from collections.abc import Mapping

from aiedge.model.ir.graph import Graph
from aiedge.model.ir.ops import Concat
from aiedge.model.quantize.plan import MOVING, Plan, Role
from aiedge.model.quantize.ranges import Range

LEAST_SHARE = 1 / 16
"""An input of a concat whose range is a smaller share of the whole has fewer than 16 of the 256 integers left."""


def uneven_results(graph: Graph, plan: Plan, ranges: Mapping[int, Range]) -> dict[int, str]:
    """The concats to keep in float, with the reason.

    Detectors give boxes in pixels beside scores up to 1 in one tensor; with the boxes' scale every score would be 0.
    Only what goes to the graph's results is kept: inside, the next layer would be the place to repair it.
    """
    results = _only_results(graph, plan)
    kept: dict[int, str] = {}
    for place, node in enumerate(graph.nodes):
        if plan.nodes[place].role is not Role.SAME or not isinstance(node.op, Concat):
            continue
        spans = [_span(ranges[i]) for i in node.inputs if graph.tensors[i].data is None]
        widest, narrowest = max(spans, default=0.0), min(spans, default=0.0)
        uneven = 0 < narrowest < LEAST_SHARE * widest
        if uneven and node.outputs[0] in results:
            kept[place] = f"its inputs' ranges differ {widest / narrowest:.0f} times, too much for one scale"
    return kept


def _span(one: Range) -> float:
    return one.high - one.low


def _only_results(graph: Graph, plan: Plan) -> set[int]:
    """The tensors that are results, or are only moved to some."""
    read = {index for node in graph.nodes for index in node.inputs}
    found = {index for index in graph.outputs if index not in read}
    computed: set[int] = set()
    # Backwards: the readers of a node's output stand behind it, so that all of them are known.
    for place in reversed(range(len(graph.nodes))):
        node = graph.nodes[place]
        moves = isinstance(node.op, MOVING) and plan.nodes[place].role is Role.SAME
        (output,) = node.outputs
        if moves and output in found and output not in computed:
            found.update(node.inputs)
        else:
            computed.update(node.inputs)
    return found - computed
