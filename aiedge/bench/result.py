"""What was measured, and its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np


@dataclass(slots=True)
class Result:
    """One engine on one model with a number of threads; ``samples_ns`` in the order measured, by round.

    ``isa``: the instruction set that it is held to, empty for all that the CPU has; ``is_peer``: whether the engine is
    another one than ours.
    ``macs``: multiply-accumulates of a call, 0 where no engine tells; ``peak_macs_per_s``: what so many cores gave at
    best in the same run with the instruction set that the engine may use, None where there is no such measure.
    ``same_bits``: whether the outputs are the first engine's, bit for bit; None for the first itself and where types
    or shapes differ, so that there is nothing to compare.
    """

    model: str
    engine: str
    threads: int
    load_ns: int
    kernels: list[str]
    samples_ns: list[list[int]] = field(default_factory=list)
    same_bits: bool | None = None
    isa: str = ""
    is_peer: bool = False
    macs: int = 0
    peak_macs_per_s: float | None = None

    def percentile_us(self, share: float) -> float:
        """A percentile of all samples in microseconds: 0 is the least, 50 the median, 100 the greatest."""
        return float(np.percentile(np.concatenate(self.samples_ns), share)) / 1e3

    @property
    def share_of_peak(self) -> float | None:
        """Multiply-accumulates a second by the median, divided by the peak."""
        if not self.macs or self.peak_macs_per_s is None:
            return None
        return self.macs / (self.percentile_us(50) / 1e6) / self.peak_macs_per_s

    def as_json(self) -> dict[str, Any]:
        """Every field and the percentiles, as JSON can hold them."""
        percentiles = {name: self.percentile_us(share) for name, share in SHARES.items()}
        return {
            "model": self.model,
            "engine": self.engine,
            "threads": self.threads,
            "isa": self.isa,
            "is_peer": self.is_peer,
            "load_ns": self.load_ns,
            "kernels": self.kernels,
            "same_bits": self.same_bits,
            "macs": self.macs,
            "peak_macs_per_s": self.peak_macs_per_s,
            "share_of_peak": self.share_of_peak,
            "us": percentiles,
            "samples_ns": self.samples_ns,
        }


SHARES = {"min": 0.0, "median": 50.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
"""What is told of each result, as percentiles."""


class Comparison(NamedTuple):
    """One of our engines on one model beside the best of its peers: ``peer / ours``, above 1 where ours is faster.

    Each ratio takes the peer that is best by that number; ``peer`` names the best by the median.
    """

    engine: str
    model: str
    threads: int
    peer: str
    median: float
    least: float


def groups(results: Iterable[Result]) -> list[list[Result]]:
    """The results of one model and number of threads together, in the order measured."""
    together: dict[tuple[str, int], list[Result]] = {}
    for result in results:
        together.setdefault((result.model, result.threads), []).append(result)
    return list(together.values())


def compare(results: Iterable[Result]) -> list[Comparison]:
    """A comparison for each of our engines on each model and number of threads on which a peer ran.

    The peers of an engine that is held to an instruction set are those held to the same; where there are none, and for
    an engine that is not held, those that are not.
    """
    return [
        _compare(ours, peers)
        for group in groups(results)
        for ours in group
        if not ours.is_peer and (peers := _peers(ours, group))
    ]


def _peers(ours: Result, group: Sequence[Result]) -> list[Result]:
    peers = [other for other in group if other.is_peer]
    return [p for p in peers if p.isa == ours.isa] or [p for p in peers if not p.isa]


def _compare(ours: Result, peers: Sequence[Result]) -> Comparison:
    best = min(peers, key=lambda peer: peer.percentile_us(50))
    least = min(peer.percentile_us(0) for peer in peers)
    return Comparison(
        ours.engine,
        ours.model,
        ours.threads,
        best.engine,
        best.percentile_us(50) / ours.percentile_us(50),
        least / ours.percentile_us(0),
    )


def geometric_mean(ratios: Sequence[float]) -> float:
    """The geometric mean of one or more positive ratios."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))
