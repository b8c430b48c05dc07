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
                _BITS[result.same_bits],
                block * max(1, round(_BAR_CELLS * median / max(medians))),
            ]
            for result, median in zip(group, medians, strict=True)
        ]
        title = f"{group[0].model}, {group[0].threads} thread(s), {micro} a call"
        print_table(title, ["engine", *SHARES, "bits", "median"], rows, right=set(range(1, 1 + len(SHARES))))
    comparisons = compare(results)
    if comparisons:
        title = f"best peer's time / {results[0].engine}'s (above 1: {results[0].engine} is faster)"
        columns = ["model", "threads", "best peer", "medians", "least"]
        print_table(title, columns, _ratio_rows(comparisons), right={1, 3, 4})
    Console().print(note, style="dim", highlight=False, markup=False)


def _ratio_rows(comparisons: Sequence[Comparison]) -> list[list[str]]:
    rows = [[c.model, str(c.threads), c.peer, f"{c.median:.2f}", f"{c.least:.2f}"] for c in comparisons]
    for threads in dict.fromkeys(c.threads for c in comparisons):
        some = [c for c in comparisons if c.threads == threads]
        median = geometric_mean([c.median for c in some])
        least = geometric_mean([c.least for c in some])
        rows.append(["geometric mean", str(threads), "", f"{median:.2f}", f"{least:.2f}"])
    return rows


def _three_digits(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"
