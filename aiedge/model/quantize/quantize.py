"""The door: a float graph and samples of its inputs to an int8 graph and a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

from aiedge.errors import ModelError, UsageError
from aiedge.model.ir.graph import Graph
from aiedge.model.quantize.convert import Converted
from aiedge.model.quantize.judge import Judge, Verdict
from aiedge.model.quantize.layer_reports import LayerNoise, layer_reports
from aiedge.model.quantize.observe import check_constants, observe, run_all
from aiedge.model.quantize.options import QuantizeOptions
from aiedge.model.quantize.plan import Role, make_plan
from aiedge.model.quantize.report_data import InputReport, QuantizationReport
from aiedge.model.quantize.samples import (
    Progress,
    Runner,
    Sample,
    Samples,
    check_samples,
    no_progress,
    split,
)
from aiedge.model.quantize.sensitivity import keep_until, rank_layers
from aiedge.model.quantize.trials import Trials, Variant, Way

_ASKED = "asked for"
_NO_OPTIONS = QuantizeOptions()


@dataclass(frozen=True, slots=True)
class Quantized:
    """``graph``: verified, to be run through the passes and bundled as any other."""

    graph: Graph
    report: QuantizationReport


@dataclass(frozen=True, slots=True)
class _Made:
    """What the report is about."""

    variant: Variant
    converted: Converted
    way: Way
    trials: Trials
    judge: Judge
    samples: Samples
    judging: list[int]
    digest: str


class _Numbered(Sequence[tuple[int, Sample]]):
    """Some of the samples with their numbers, each read when it is asked for."""

    def __init__(self, samples: Samples, numbers: list[int]) -> None:
        self._samples = samples
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> tuple[int, Sample]: ...

    @overload
    def __getitem__(self, place: slice) -> list[tuple[int, Sample]]: ...

    def __getitem__(self, place: int | slice) -> tuple[int, Sample] | list[tuple[int, Sample]]:
        """One of them, or some."""
        if isinstance(place, slice):
            return [(number, self._samples[number]) for number in self._numbers[place]]
        return self._numbers[place], self._samples[self._numbers[place]]


def quantize(
    graph: Graph,
    samples: Samples,
    runner: Runner,
    options: QuantizeOptions = _NO_OPTIONS,
    progress: Progress = no_progress,
) -> Quantized:
    """Quantize a verified float graph.

    ``samples``: float32 arrays as the float model takes them, see :mod:`aiedge.model.quantize.samples`. ``runner`` runs
    graphs, float and int8; the oracle's ``interpret_all`` will do. Blocks for as long as some twenty runs of the graph
    on each sample take; calls ``progress`` in between.

    Where the accuracy budget cannot be met with ``max_float_layers`` layers in float, the result is the best that was
    reached, and its report says ``budget_met=False``.

    Raises InputError for samples that do not fit, ModelError for a model that has nothing to quantize, that computes
    something that is not a finite number, or whose weights have no scales, UsageError for a node to keep that is not
    there.
    """
    digest = check_samples(graph, samples)
    check_constants(graph)
    kept = _kept(graph, options)
    if all(plan.role in {Role.INTEGER, Role.FLOAT} for plan in make_plan(graph, {}).nodes):
        raise ModelError("AIE-MOD-077", where=graph.name)
    calibrating, judging = split(len(samples), options.held_out, options.seed)
    trials = Trials(graph, _Numbered(samples, calibrating), runner, options, progress, kept)
    judge = Judge(graph, runner, options.outputs)
    for done, number in enumerate(judging):
        judge.hold(samples[number], run_all(graph, number, samples[number], runner))
        progress("float results", done + 1, len(judging))
    way = trials.search(judge, kept).way
    variant = _with_all_samples(trials.variant(way.equalized), calibrating, judging, samples, runner)

    def attempt(nodes: Mapping[int, str]) -> Converted:
        return trials.make(way, dict(nodes), variant)

    converted = attempt(kept)
    if not _is_met(judge.judge(converted), options):
        ranked = rank_layers(variant.graph, variant.ranges(way.method), kept, way.weights, judge, progress)
        converted, kept = keep_until(
            ranked,
            kept,
            options.max_float_layers,
            attempt,
            lambda candidate: _is_met(judge.judge(candidate), options),
        )
    made = _Made(variant, converted, way, trials, judge, samples, judging, digest)
    return Quantized(converted.graph, _report(made, graph, options, runner))


def _kept(graph: Graph, options: QuantizeOptions) -> dict[int, str]:
    """The nodes that the options name; UsageError for a name that no node has."""
    places: dict[str, list[int]] = {}
    for place, node in enumerate(graph.nodes):
        places.setdefault(node.name, []).append(place)
    for name in options.keep_float:
        if name not in places:
            known = ", ".join(list(places)[:5])
            raise UsageError("AIE-MOD-076", where=graph.name, name=name, known=known)
    return {place: _ASKED for name in options.keep_float for place in places[name]}


def _with_all_samples(
    variant: Variant, calibrating: list[int], judging: list[int], samples: Samples, runner: Runner
) -> Variant:
    """The variant with ranges from the judging samples, too: they have done their part."""
    if calibrating == judging:
        return variant
    observation = variant.observation.copy()
    for _ in observe(variant.graph, _Numbered(samples, judging), runner, observation):
        pass
    return variant.grown(observation)


def _is_met(verdict: Verdict, options: QuantizeOptions) -> bool:
    snr = options.min_snr_db is None or verdict.snr_db >= options.min_snr_db
    agreement = options.min_agreement is None or (verdict.agreement or 0.0) >= options.min_agreement
    return snr and agreement


def _report(made: _Made, graph: Graph, options: QuantizeOptions, runner: Runner) -> QuantizationReport:
    variant, converted, way, trials = made.variant, made.converted, made.way, made.trials
    noise = LayerNoise(variant.graph, converted)
    for number in made.judging:
        values = run_all(variant.graph, number, made.samples[number], runner)
        noise.add(made.samples[number], values, runner)
    verdict = made.judge.judge(converted)
    layers = layer_reports(variant.graph, converted, variant.observation, noise, way.method.label)
    return QuantizationReport(
        model=graph.name,
        layers=layers,
        inputs=_inputs(converted.graph),
        outputs=noise.outputs(),
        trials=trials.reports(way),
        method=way.method.label,
        weights=way.weights,
        equalized=way.equalized,
        bias_corrected=way.bias_corrected,
        snr_db=verdict.snr_db,
        agreement=verdict.agreement,
        min_snr_db=options.min_snr_db,
        min_agreement=options.min_agreement,
        budget_met=_is_met(verdict, options),
        samples=len(made.samples),
        judging_samples=len(made.judging),
        calibration_sha256=made.digest,
        seed=options.seed,
        float_bytes=_constant_bytes(graph),
        int8_bytes=_constant_bytes(converted.graph),
        equalized_pairs=trials.equalization.pairs if way.equalized else (),
        unequalized=trials.equalization.refused if way.equalized else (),
        options=options.pairs,
    )


def _inputs(graph: Graph) -> tuple[InputReport, ...]:
    tensors = [graph.tensors[index] for index in graph.inputs]
    return tuple(
        InputReport(
            name=tensor.name,
            shape=tensor.shape,
            dtype=tensor.dtype,
            scale=float(tensor.quantization.scale) if tensor.quantization is not None else None,
            zero_point=tensor.quantization.zero_point if tensor.quantization is not None else None,
        )
        for tensor in tensors
    )


def _constant_bytes(graph: Graph) -> int:
    return sum(tensor.data.nbytes for tensor in graph.tensors if tensor.data is not None)
