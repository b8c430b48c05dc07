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

    def percentile_us(self, share: float) -> float:
        """A percentile of all samples in microseconds: 0 is the least, 50 the median, 100 the greatest."""
        return float(np.percentile(np.concatenate(self.samples_ns), share)) / 1e3

    def as_json(self) -> dict[str, Any]:
        """Every field and the percentiles, as JSON can hold them."""
        percentiles = {name: self.percentile_us(share) for name, share in SHARES.items()}
        return {
            "model": self.model,
            "engine": self.engine,
            "threads": self.threads,
            "load_ns": self.load_ns,
            "kernels": self.kernels,
            "same_bits": self.same_bits,
            "us": percentiles,
            "samples_ns": self.samples_ns,
        }


SHARES = {"min": 0.0, "median": 50.0, "p99": 99.0, "p99.9": 99.9, "max": 100.0}
"""What is told of each result, as percentiles."""


class Comparison(NamedTuple):
    """The first engine on one model beside the best of the others: ``peer / first``, above 1 where the first is faster.

    Each ratio takes the peer that is best by that number; ``peer`` names the best by the median.
    """

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
    """One comparison for each model and number of threads on which at least two engines ran."""
    return [_compare(group[0], group[1:]) for group in groups(results) if len(group) > 1]


def _compare(first: Result, peers: Sequence[Result]) -> Comparison:
    best = min(peers, key=lambda peer: peer.percentile_us(50))
    least = min(peer.percentile_us(0) for peer in peers)
    return Comparison(
        first.model,
        first.threads,
        best.engine,
        best.percentile_us(50) / first.percentile_us(50),
        least / first.percentile_us(0),
    )


def geometric_mean(ratios: Sequence[float]) -> float:
    """The geometric mean of one or more positive ratios."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))
