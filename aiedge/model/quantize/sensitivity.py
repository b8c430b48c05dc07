"""Which layers cost most, and the fewest of them to keep in float until an accuracy budget is met."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiedge.model.ir.graph import Graph
from aiedge.model.quantize.convert import Converted, convert
from aiedge.model.quantize.judge import Judge
from aiedge.model.quantize.plan import Role
from aiedge.model.quantize.ranges import Range
from aiedge.model.quantize.samples import Progress

JUDGED_SAMPLES = 8
"""How many samples measure one layer: the order of the layers needs fewer than a verdict."""


def rank_layers(
    graph: Graph,
    ranges: Mapping[int, Range],
    kept: Mapping[int, str],
    weight_method: str,
    judge: Judge,
    progress: Progress,
) -> list[tuple[int, float]]:
    """Nodes that compute in int8, the worst first, each with the outputs' SNR in dB when it alone is in int8."""
    full = convert(graph, ranges, kept, weight_method)
    candidates = [
        place
        for place, plan in enumerate(full.plan.nodes)
        if plan.role in {Role.COMPUTE, Role.FUNCTION} and place in full.node_of
    ]
    measured: list[tuple[int, float]] = []
    for done, place in enumerate(candidates):
        progress("sensitivity", done, len(candidates))
        others = {other: "" for other in range(len(graph.nodes)) if other not in _with_bounds(full, place)}
        alone = convert(graph, ranges, others, weight_method)
        measured.append((place, judge.judge(alone, JUDGED_SAMPLES).snr_db))
    progress("sensitivity", len(candidates), len(candidates))
    return sorted(measured, key=lambda entry: entry[1])


def keep_until(
    ranked: list[tuple[int, float]],
    kept: Mapping[int, str],
    limit: int,
    attempt: Callable[[Mapping[int, str]], Converted],
    is_met: Callable[[Converted], bool],
) -> tuple[Converted, dict[int, str]]:
    """Keep the worst layers in float, one more each time, until ``is_met`` or ``limit`` are kept.

    Gives the last attempt and all nodes that were to stay in float, with the reasons.
    """
    chosen = dict(kept)
    converted = attempt(chosen)
    for place, alone_db in ranked[:limit]:
        if is_met(converted):
            break
        chosen[place] = f"alone in int8 it leaves the outputs {alone_db:.1f} dB"
        converted = attempt(chosen)
    return converted, chosen


def _with_bounds(full: Converted, place: int) -> set[int]:
    """The node and what was folded into it."""
    folded = {other for other, plan in enumerate(full.plan.nodes) if plan.owner == place}
    return {place, *folded, *full.plan.nodes[place].body}
