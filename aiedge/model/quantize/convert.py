"""A float graph with a range for each tensor to the int8 graph, or to a mixed one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from aiedge.model.ir.graph import Graph, Quantization
from aiedge.model.ir.verify import verify
from aiedge.model.quantize.builder import Builder
from aiedge.model.quantize.concats import uneven_results
from aiedge.model.quantize.constraints import fit_scales
from aiedge.model.quantize.groups import Groups
from aiedge.model.quantize.operations import CONVERSIONS
from aiedge.model.quantize.operations.elementwise import function
from aiedge.model.quantize.plan import Plan, Role, make_plan
from aiedge.model.quantize.ranges import Range, quantization_of


@dataclass(frozen=True, slots=True)
class Converted:
    """The result, verified, and what became of what; all keys are of the float graph."""

    graph: Graph
    plan: Plan
    quantizations: Mapping[int, Quantization]
    """Tensor -> the quantization of its int8 form; also for some that have none in the result."""

    shared: frozenset[int]
    """Tensors whose quantization was not chosen from their own range alone."""

    fixed: frozenset[int]
    """Tensors whose quantization could not be chosen."""

    tensor_of: Mapping[int, int]
    """Activation -> the result's tensor, for those that it has."""

    node_of: Mapping[int, int]
    """Node -> the result's node."""

    weights_snr_db: Mapping[int, float]
    """Node -> its int8 weights beside the float ones."""

    @property
    def kept_float(self) -> tuple[int, ...]:
        """The nodes that stayed in float."""
        return tuple(place for place, plan in enumerate(self.plan.nodes) if plan.role is Role.FLOAT)


def convert(
    graph: Graph, ranges: Mapping[int, Range], kept_float: Mapping[int, str], weight_method: str
) -> Converted:
    """Convert a verified graph; ``ranges`` has its :func:`computed_tensors` with none or some nodes kept in float.

    ``kept_float``: nodes that stay in float, with the reason; so do those that have no int8 form and those whose
    scales int8 cannot take. ``weight_method``: ``minmax`` or ``mse``. Float inputs of the graph become int8; an
    output stays float where it is computed in float. The same arguments give the same graph. Raises ModelError for
    weights whose scales float32 does not hold.
    """
    kept = {**uneven_results(graph, make_plan(graph, kept_float), ranges), **kept_float}
    while True:
        plan = make_plan(graph, kept)
        groups = Groups(graph, plan, ranges)
        chosen: dict[int, Quantization] = {}
        # between a layer that went to float and its activation there is no range: nothing reads that in int8
        tensors = [index for index in computed_tensors(graph, plan) if index in ranges]
        for tensor in tensors:
            group = groups.of(tensor)
            if group not in chosen:
                chosen[group] = groups.fixed(group) or quantization_of(groups.range_of(group))
        refused = fit_scales(graph, plan, groups, chosen)
        if not refused:
            break
        kept.update(refused)
    quantizations = {tensor: chosen[groups.of(tensor)] for tensor in tensors}
    sizes = Counter(groups.of(tensor) for tensor in tensors)
    shared = frozenset(tensor for tensor in tensors if sizes[groups.of(tensor)] > 1)
    fixed = frozenset(tensor for tensor in tensors if groups.fixed(tensor) is not None)
    builder = _build(graph, plan, quantizations, weight_method)
    outputs = tuple(builder.output(index) for index in graph.outputs)
    inputs = tuple(builder.output(index) for index in graph.inputs)
    result = Graph(graph.name, builder.tensors, builder.nodes, inputs, outputs, graph.arithmetic)
    verify(result)
    return Converted(
        graph=result,
        plan=plan,
        quantizations=quantizations,
        shared=shared,
        fixed=fixed,
        tensor_of=builder.tensor_of,
        node_of=builder.node_of,
        weights_snr_db=builder.weights_snr_db,
    )


def _build(
    graph: Graph, plan: Plan, quantizations: Mapping[int, Quantization], weight_method: str
) -> Builder:
    builder = Builder(graph, plan, quantizations, weight_method)
    for index in graph.inputs:
        builder.declare_input(index)
    needed = _needed(graph, plan)
    for place, node in enumerate(graph.nodes):
        role = plan.nodes[place].role
        if role in {Role.FLOAT, Role.INTEGER}:
            builder.emit_plain(place)
        elif role is Role.FUNCTION and node.outputs[0] in needed:
            function(builder, place)
        elif role in {Role.COMPUTE, Role.SAME}:
            CONVERSIONS[type(node.op)](builder, place, node, node.op)
    return builder


def computed_tensors(graph: Graph, plan: Plan) -> list[int]:
    """The float tensors that the result can hold in int8: not what lies between an operation and its bounds."""
    results = set(plan.results.values())
    inner: set[int] = set()
    for place, node in enumerate(graph.nodes):
        bounded = plan.nodes[place].role is Role.FOLDED or plan.results.get(place, -1) != node.outputs[0]
        if bounded and plan.nodes[place].role is not Role.FLOAT and node.outputs[0] not in results:
            inner.add(node.outputs[0])
    made = (*graph.inputs, *(node.outputs[0] for node in graph.nodes))
    return [index for index in made if index not in inner and _is_float(graph, index)]


def _is_float(graph: Graph, index: int) -> bool:
    return graph.tensors[index].dtype == "float32"


def _needed(graph: Graph, plan: Plan) -> set[int]:
    """Tensors that the result has to have: a table reads its root, not what lies in between."""
    needed = set(graph.outputs)
    for node, role in zip(graph.nodes, plan.nodes, strict=True):
        needed.update((role.root,) if role.role is Role.FUNCTION else node.inputs)
    return needed
