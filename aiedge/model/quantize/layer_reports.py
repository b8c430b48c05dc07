"""Layer by layer: the converted graph beside the float one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiedge.model.ir.graph import Graph, Node
from aiedge.model.quantize.convert import Converted
from aiedge.model.quantize.histogram import Histogram
from aiedge.model.quantize.inputs import converted_inputs
from aiedge.model.quantize.observe import Observation
from aiedge.model.quantize.plan import NodePlan, Plan, Role, make_plan
from aiedge.model.quantize.ranges import clipped_share, expected_noise, held_range, signal_power
from aiedge.model.quantize.report_data import HistogramData, LayerReport, OutputReport
from aiedge.model.quantize.samples import Array, Runner, Sample
from aiedge.model.quantize.signal import SignalNoise, decibels, real_values

HISTOGRAM_BINS = 64
GOOD_DB = 40.0
"""A layer above needs no cause."""


class LayerNoise:
    """Error sums of all tensors that the converted graph has, by the float graph's index."""

    def __init__(self, graph: Graph, converted: Converted) -> None:
        self._graph = graph
        self._converted = converted
        self._sums: dict[int, SignalNoise] = {index: SignalNoise() for index in converted.tensor_of}

    def add(self, sample: Sample, float_values: Sequence[Array], runner: Runner) -> None:
        """Run the converted graph on a sample that the float graph has run on."""
        graph = self._converted.graph
        values = runner(graph, converted_inputs(graph, sample))
        for index, place in self._converted.tensor_of.items():
            if self._graph.tensors[index].dtype == "float32":
                self._sums[index].add(float_values[index], real_values(values[place], graph.tensors[place]))

    def snr_db(self, tensor: int) -> float | None:
        """The tensor's SNR; None where the converted graph lacks it."""
        return self._sums[tensor].snr_db if tensor in self._sums else None

    def relative(self, tensor: int) -> float:
        """Noise power over signal power; 0 where nothing is known."""
        sums = self._sums.get(tensor)
        return sums.noise / sums.signal if sums is not None and sums.signal > 0 else 0.0

    def outputs(self) -> tuple[OutputReport, ...]:
        """Of the graph's float outputs."""
        tensors = self._graph.tensors
        return tuple(
            OutputReport(tensors[i].name, self._sums[i].snr_db, self._sums[i].greatest)
            for i in self._graph.outputs
            if tensors[i].dtype == "float32"
        )


def layer_reports(
    graph: Graph, converted: Converted, observation: Observation, noise: LayerNoise, method: str
) -> tuple[LayerReport, ...]:
    """One report for each node with a float output, in running order.

    A layer with its activation is told of by what the activation gives, also where both stayed in float.
    """
    first = make_plan(graph, {})
    return tuple(
        _report(graph, converted, observation, noise, method, place, _told(graph, first, observation, place))
        for place, node in enumerate(graph.nodes)
        if graph.tensors[node.outputs[0]].dtype == "float32"
    )


def _report(
    graph: Graph,
    converted: Converted,
    observation: Observation,
    noise: LayerNoise,
    method: str,
    place: int,
    tensor: int,
) -> LayerReport:
    node, plan = graph.nodes[place], converted.plan.nodes[place]
    histogram = observation.stats[tensor].histogram
    made = converted.node_of.get(place, -1)
    in_int8 = made >= 0 and plan.role is not Role.FLOAT
    quantization = converted.quantizations[tensor] if in_int8 else None
    held = held_range(quantization) if quantization is not None else None
    range_noise = expected_noise(histogram, held) if held is not None else 0.0
    range_db = decibels(signal_power(histogram), range_noise) if held is not None else None
    weights_db = converted.weights_snr_db.get(place)
    snr = noise.snr_db(tensor) if made >= 0 else None
    return LayerReport(
        name=node.name,
        op=node.op.NAME,
        tensor=graph.tensors[tensor].name,
        result_op=converted.graph.nodes[made].op.NAME if made >= 0 else "",
        snr_db=snr,
        weights_snr_db=weights_db,
        range_snr_db=range_db,
        cause=_cause(node, noise, weights_db, range_db)
        if in_int8 and snr is not None and snr <= GOOD_DB
        else "",
        float_min=histogram.least,
        float_max=histogram.greatest,
        range_min=held.low if held is not None else None,
        range_max=held.high if held is not None else None,
        scale=float(quantization.scale) if quantization is not None else None,
        zero_point=quantization.zero_point if quantization is not None else None,
        clipped=clipped_share(histogram, held) if held is not None else 0.0,
        method=_method(converted, tensor, method)
        if in_int8
        else ("float" if plan.role is Role.FLOAT else ""),
        kept_float=plan.role is Role.FLOAT,
        reason=_reason(graph, plan, made),
        histogram=_histogram(histogram),
    )


def _told(graph: Graph, first: Plan, observation: Observation, place: int) -> int:
    """The tensor that the report of a node is about."""
    own = graph.nodes[place].outputs[0]
    owner = first.nodes[place].owner
    bounded = first.results.get(owner if owner >= 0 else place, own)
    return own if own in observation.stats else bounded


def _cause(node: Node, noise: LayerNoise, weights_db: float | None, range_db: float | None) -> str:
    powers: Mapping[str, float] = {
        "weights": _relative(weights_db),
        "range": _relative(range_db),
        "inherited": max((noise.relative(index) for index in node.inputs), default=0.0),
    }
    return max(powers, key=lambda name: powers[name])


def _relative(snr: float | None) -> float:
    return 0.0 if snr is None else 10 ** (-snr / 10)


def _method(converted: Converted, tensor: int, method: str) -> str:
    if tensor in converted.fixed:
        return "fixed"
    return "shared" if tensor in converted.shared else method


def _reason(graph: Graph, plan: NodePlan, made: int) -> str:
    if plan.role is Role.FOLDED:
        return f"bounds of {graph.nodes[plan.owner].name}"
    if plan.role is Role.FUNCTION and made < 0:
        return "part of a table"
    return plan.reason


def _histogram(histogram: Histogram) -> HistogramData | None:
    if histogram.width == 0:
        return None
    high = histogram.low + histogram.width * len(histogram.counts)
    return HistogramData(histogram.low, high, histogram.coarse(HISTOGRAM_BINS), histogram.zeros)
