"""Tries ways to quantize and keeps the best by the held-out samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aiedge.model.ir.graph import Graph
from aiedge.model.quantize.bias_correction import Means, correct_biases, float_means
from aiedge.model.quantize.convert import Converted, computed_tensors, convert
from aiedge.model.quantize.equalize import Equalized, equalize
from aiedge.model.quantize.judge import Judge, Verdict
from aiedge.model.quantize.observe import Observation, observe
from aiedge.model.quantize.options import QuantizeOptions
from aiedge.model.quantize.plan import make_plan
from aiedge.model.quantize.ranges import Range, RangeMethod, choose_range
from aiedge.model.quantize.report_data import Trial
from aiedge.model.quantize.samples import Array, Progress, Runner, Sample

AUTO_METHODS = (
    RangeMethod("minmax"),
    RangeMethod("percentile", 99.9),
    RangeMethod("percentile", 99.99),
    RangeMethod("percentile", 99.999),
    RangeMethod("entropy"),
    RangeMethod("mse"),
)

MOST = 3
"""Of so many of the best ways a further setting is tried."""


@dataclass(frozen=True, slots=True)
class Way:
    """All that is chosen about one conversion."""

    method: RangeMethod
    weights: str
    equalized: bool
    bias_corrected: bool


class Ranges(Mapping[int, Range]):
    """Tensor -> range, each found when it is first asked for."""

    def __init__(self, observation: Observation, method: RangeMethod) -> None:
        self._observation = observation
        self._method = method
        self._found: dict[int, Range] = {}

    def __getitem__(self, tensor: int) -> Range:
        """The tensor's range."""
        if tensor not in self._found:
            self._found[tensor] = choose_range(self._observation.stats[tensor].histogram, self._method)
        return self._found[tensor]

    def __iter__(self) -> Iterator[int]:
        """All float tensors."""
        return iter(self._observation.stats)

    def __len__(self) -> int:
        return len(self._observation.stats)


@dataclass(frozen=True, slots=True)
class Variant:
    """A float graph, as it is or equalized, with what calibration saw of it."""

    graph: Graph
    observation: Observation
    means: dict[int, Means]
    _ranges: dict[RangeMethod, Ranges] = field(default_factory=dict, compare=False)

    def ranges(self, method: RangeMethod) -> Ranges:
        """The float tensors' ranges by the method."""
        return self._ranges.setdefault(method, Ranges(self.observation, method))

    def grown(self, observation: Observation) -> Variant:
        """The same graph with what more samples showed."""
        return Variant(self.graph, observation, self.means)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A way, what it gave and how it was judged."""

    way: Way
    verdict: Verdict
    float_layers: int


class Trials:
    """Converts and judges; holds the variants, so that each is calibrated once.

    ``kept``: nodes that stay in float in every way; ranges are found for what is left.
    """

    def __init__(
        self,
        graph: Graph,
        calibration: Sequence[tuple[int, Sample]],
        runner: Runner,
        options: QuantizeOptions,
        progress: Progress,
        kept: dict[int, str],
    ) -> None:
        self._graph = graph
        self._tensors = computed_tensors(graph, make_plan(graph, kept))
        self._calibration = calibration
        self._runner = runner
        self._options = options
        self._progress = progress
        self._variants: dict[bool, Variant] = {}
        self.attempts: list[Attempt] = []
        self.equalization = Equalized(graph, (), ())

    def variant(self, equalized: bool) -> Variant:
        """The graph with its calibration; runs the float graph on all calibration samples the first time."""
        if equalized not in self._variants:
            graph = self._graph
            if equalized:
                plain = self.variant(False).observation
                peaks = {index: stats.channel_peaks for index, stats in plain.stats.items()}
                self.equalization = equalize(graph, peaks)
                graph = self.equalization.graph
                if not self.equalization.pairs:
                    self._variants[True] = self.variant(False)
                    return self._variants[True]
            self._variants[equalized] = self._calibrated(graph)
        return self._variants[equalized]

    def make(self, way: Way, kept: dict[int, str], variant: Variant | None = None) -> Converted:
        """Convert by a way; ``kept`` are nodes that stay in float."""
        variant = variant or self.variant(way.equalized)
        converted = convert(variant.graph, variant.ranges(way.method), kept, way.weights)
        if way.bias_corrected:
            samples = [sample for _, sample in self._calibration[: self._options.correction_samples]]
            converted = correct_biases(variant.graph, converted, variant.means, samples, self._runner)
        return converted

    def search(self, judge: Judge, kept: dict[int, str]) -> Attempt:
        """Try what the options leave open, one setting after another, and give the best."""
        options = self._options
        methods: tuple[RangeMethod, ...] = AUTO_METHODS
        if options.method != "auto":
            methods = (RangeMethod(options.method, options.percentile),)
        first = Way(
            methods[0],
            "mse" if options.weights == "mse" else "minmax",
            options.equalize == "on",
            options.bias_correction == "on",
        )
        self._try([replace(first, method=method) for method in methods], judge, kept)
        if options.bias_correction == "auto":
            self._try([replace(way, bias_corrected=True) for way in self._best_ways(MOST)], judge, kept)
        if options.equalize == "auto" and self.variant(True) is not self.variant(False):
            self._try([replace(way, equalized=True) for way in self._best_ways(MOST)], judge, kept)
        if options.weights == "auto":
            self._try([replace(self._best_ways(1)[0], weights="mse")], judge, kept)
        return self._ranked()[0]

    def reports(self, chosen: Way) -> tuple[Trial, ...]:
        """All attempts, in order."""
        return tuple(
            Trial(
                method=attempt.way.method.label,
                weights=attempt.way.weights,
                equalized=attempt.way.equalized,
                bias_corrected=attempt.way.bias_corrected,
                float_layers=attempt.float_layers,
                snr_db=attempt.verdict.snr_db,
                agreement=attempt.verdict.agreement,
                chosen=attempt.way == chosen,
            )
            for attempt in self.attempts
        )

    def _try(self, ways: Sequence[Way], judge: Judge, kept: dict[int, str]) -> None:
        for done, way in enumerate(ways):
            self._progress("trials", done, len(ways))
            converted = self.make(way, kept)
            self.attempts.append(Attempt(way, judge.judge(converted), len(converted.kept_float)))
        self._progress("trials", len(ways), len(ways))

    def _ranked(self) -> list[Attempt]:
        """The best first; of equals the one that was tried first."""
        return sorted(self.attempts, key=lambda attempt: -attempt.verdict.snr_db)

    def _best_ways(self, count: int) -> list[Way]:
        return [attempt.way for attempt in self._ranked()[:count]]

    def _calibrated(self, graph: Graph) -> Variant:
        observation = Observation(graph, self._tensors)
        count = len(self._calibration)

        def counted() -> Iterator[Sequence[Array]]:
            for done, values in enumerate(observe(graph, self._calibration, self._runner, observation)):
                self._progress("calibration", done + 1, count)
                if done < self._options.correction_samples:
                    yield values

        return Variant(graph, observation, float_means(graph, counted()))
