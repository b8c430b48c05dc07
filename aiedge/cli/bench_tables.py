"""What ``aiedge bench`` prints: a table of times with bars, then the ratios to the best peer."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from aiedge.bench.result import SHARES, Comparison, Result, compare, geometric_mean, groups
from aiedge.cli.output import print_table

_BAR_CELLS = 16
_BITS = {True: "same", False: "differ", None: ""}


def print_bench(results: Sequence[Result], note: str) -> None:
    """Print everything; ``note`` says what it was measured on."""
    ascii_only = Console().options.ascii_only
    micro, block = ("us", "#") if ascii_only else ("µs", "█")
    for group in groups(results):
        medians = [result.percentile_us(50) for result in group]
        rows = [
            [
                result.engine,
                *(_three_digits(result.percentile_us(share)) for share in SHARES.values()),
                _percent(result.share_of_peak),
                _BITS[result.same_bits],
                block * max(1, round(_BAR_CELLS * median / max(medians))),
            ]
            for result, median in zip(group, medians, strict=True)
        ]
        title = f"{group[0].model}, {group[0].threads} thread(s), {micro} a call"
        columns = ["engine", *SHARES, "of peak", "bits", "median"]
        print_table(title, columns, rows, right=set(range(1, 2 + len(SHARES))))
    comparisons = compare(results)
    for engine in dict.fromkeys(c.engine for c in comparisons):
        title = f"best peer's time / {engine}'s (above 1: {engine} is faster)"
        columns = ["model", "threads", "best peer", "medians", "least"]
        rows = _ratio_rows([c for c in comparisons if c.engine == engine])
        print_table(title, columns, rows, right={1, 3, 4})
    for line in (*_peaks(results), note):
        Console().print(line, style="dim", highlight=False, markup=False)


def _ratio_rows(comparisons: Sequence[Comparison]) -> list[list[str]]:
    rows = [[c.model, str(c.threads), c.peer, f"{c.median:.2f}", f"{c.least:.2f}"] for c in comparisons]
    for threads in dict.fromkeys(c.threads for c in comparisons):
        some = [c for c in comparisons if c.threads == threads]
        median = geometric_mean([c.median for c in some])
        least = geometric_mean([c.least for c in some])
        rows.append(["geometric mean", str(threads), "", f"{median:.2f}", f"{least:.2f}"])
    return rows


def _peaks(results: Sequence[Result]) -> list[str]:
    """One line for each instruction set that an engine was held to."""
    cores: dict[str, float] = {}
    for result in results:
        if result.peak_macs_per_s is not None:
            one = result.peak_macs_per_s / result.threads
            cores[result.isa] = max(one, cores.get(result.isa, 0.0))
    return [
        f"peak of one core{f' held to {isa}' if isa else ''}: {rate / 1e9:.0f} G int8 multiply-accumulates a second"
        for isa, rate in cores.items()
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


def _three_digits(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"
