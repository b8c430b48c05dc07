"""What ``aiedge quantize`` prints: the verdict, the layers that lose most, what stayed in float, what was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from aiedge.cli.output import simple_table
from aiedge.model.quantize.report import (
    decibels,
    in_int8,
    judge,
    kept_in_float,
    plural,
    short_name,
)
from aiedge.model.quantize.report_data import LayerReport, QuantizationReport

_ROWS = 8
_MOST_NAMED = 3
_BAR_CELLS = 16
_FULL_DB = 48.0
_STYLES = {"good": "bold green", "fair": "bold yellow", "poor": "bold red"}
_CAUSES = {"weights": "its weights", "range": "its range", "inherited": "layers before"}


def print_report(report: QuantizationReport, *, written: Sequence[Path], left_out: Sequence[Path]) -> None:
    """Print what a person wants to know first; everything else is in the JSON document and on the page."""
    console = Console()
    verdict = judge(report)
    _line(console, verdict.headline, _STYLES[verdict.level])
    for detail in verdict.details:
        _line(console, f"  {detail}")
    if report.layers:
        console.print(_layers(report, console))
    kept = kept_in_float(report)
    _line(console, f"{plural(len(in_int8(report)), 'layer')} in int8, {len(kept)} in float")
    for layer in kept[:_MOST_NAMED]:
        _line(console, f"  in float: {short_name(layer.name, 40)}: {layer.reason}", "dim")
    if len(kept) > _MOST_NAMED:
        _line(console, f"  in float: {len(kept) - _MOST_NAMED} more", "dim")
    _line(console, f"ranges by {report.method}, weights by {report.weights}{_steps(report)}")
    if left_out:
        names = ", ".join(path.name for path in left_out[:_MOST_NAMED])
        more = f" and {len(left_out) - _MOST_NAMED} more" if len(left_out) > _MOST_NAMED else ""
        _line(console, f"left out, being no samples: {names}{more}", "dim")
    for line in verdict.advice:
        _line(console, f"try: {line}", "yellow")
    for path in written:
        _line(console, f"written: {path}")


def _layers(report: QuantizationReport, console: Console) -> Table:
    whole = [layer for layer in report.layers if layer.snr_db is not None and layer.result_op]
    worst = sorted(whole, key=lambda layer: (layer.snr_db is None, layer.snr_db))[:_ROWS]
    place_of = {id(layer): place for place, layer in enumerate(report.layers)}
    shown = sorted(worst, key=lambda layer: place_of[id(layer)])
    block = "#" if console.options.ascii_only else "━"
    title = "layer" if len(shown) == len(whole) else f"the {len(shown)} worst layers of {len(whole)}"
    table = simple_table([title, "operation", "SNR dB", "", "lost by"], right={2})
    room = max(14, console.width - 56)
    for layer in shown:
        table.add_row(
            escape(_printable(short_name(layer.name, room))),
            escape(layer.result_op.removeprefix("float_")),
            decibels(layer.snr_db),
            Text(block * _cells(layer), style=_colour(layer)),
            "in float" if layer.kept_float else _CAUSES.get(layer.cause, ""),
        )
    return table


def _cells(layer: LayerReport) -> int:
    snr_db = 0.0 if layer.snr_db is None else layer.snr_db
    return max(1, round(_BAR_CELLS * min(max(snr_db, 0.0), _FULL_DB) / _FULL_DB))


def _colour(layer: LayerReport) -> str:
    snr_db = 0.0 if layer.snr_db is None else layer.snr_db
    return "blue" if snr_db >= 20 else "yellow" if snr_db >= 10 else "red"


def _steps(report: QuantizationReport) -> str:
    steps = [
        name
        for name, done in (
            ("channels equalized", report.equalized),
            ("biases corrected", report.bias_corrected),
        )
        if done
    ]
    return "".join(f", {step}" for step in steps)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(_printable(text), style=style, highlight=False, markup=False, soft_wrap=True)
