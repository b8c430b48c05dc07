"""What ``aiedge diff`` prints: the verdict first, then the worst layers in running order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aiedge.cli.output import simple_table

_MOST_NAMED = 3
_LEAST_NAME = 12
"""Characters of a layer's name, however narrow the terminal is."""


def print_diff(document: Mapping[str, Any], rows: int | None) -> None:
    """Print a comparison as ``describe`` gives it, with so many of the worst layers (None: all)."""
    console = Console()
    a, b = document["a"], document["b"]
    one_model = a["model"] == b["model"]
    if one_model:
        _line(console, f"{a['model']}: {b['engine']} beside {a['engine']}", "bold")
    else:
        _line(console, f"{b['model']} ({b['engine']})", "bold")
        _line(console, f"  beside {a['model']} ({a['engine']})", "bold")
    _line(console, f"inputs:    {document['inputs']}")
    _line(console, f"tolerance: {document['tolerance_in_words']}")
    layers = document["layers"]
    # A table of equal layers tells nobody anything who has not asked for it.
    if rows is None or not all(layer["equal"] for layer in layers):
        shown = _chosen(layers, document["first_divergence"], rows)
        console.print(_table(shown, console.width))
        if len(shown) < len(layers):
            _line(console, f"the worst {len(shown)} of {len(layers)} layers; --all shows every one", "dim")
    _print_uncompared(console, document)
    _print_verdict(console, document)


def _chosen(
    layers: Sequence[Mapping[str, Any]], first: int | None, count: int | None
) -> Sequence[Mapping[str, Any]]:
    """The worst, and the first that is beyond the tolerance, in running order."""
    if count is None or len(layers) <= count:
        return layers
    worst = sorted(layers, key=lambda layer: (layer["number"] != first, *_badness(layer)))[:count]
    return sorted(worst, key=lambda layer: layer["number"])


def _badness(layer: Mapping[str, Any]) -> tuple[float, ...]:
    """Sorts the worst ahead."""
    return (-layer["not_finite"], _snr(layer), layer["number"])


def _snr(layer: Mapping[str, Any]) -> float:
    if layer["snr_db"] is not None:
        return float(layer["snr_db"])
    return math.inf if layer["equal"] else -math.inf


def _table(layers: Sequence[Mapping[str, Any]], width: int) -> Table:
    columns = ["", "", "layer", "operator", "steps", "difference", "cosine", "SNR dB"]
    rows = [_cells(layer) for layer in layers]
    taken = sum(max(map(len, cells)) for cells in zip(columns, *rows, strict=True))
    # Each column has two spaces between it and the next, and the table one at each end.
    room = max(_LEAST_NAME, width - taken + len("layer") - 2 * len(columns) - 1)
    table = simple_table(columns, right={1, 4, 5, 6, 7})
    for layer, cells in zip(layers, rows, strict=True):
        cells[2] = _shortened(layer["name"], room)
        table.add_row(*map(escape, cells), style=None if layer["within"] else "red")
    return table


def _cells(layer: Mapping[str, Any]) -> list[str]:
    """A row without the name, whose room is what the others leave."""
    return [
        "" if layer["within"] else "!",
        str(layer["number"]),
        "",
        layer["operator"].removeprefix("float_"),
        _steps(layer),
        "NaN" if layer["not_finite"] else _figure(layer["greatest"]),
        "" if layer["equal"] else f"{layer['cosine']:.5f}",
        "equal" if layer["equal"] else _decibels(layer),
    ]


def _print_uncompared(console: Console, document: Mapping[str, Any]) -> None:
    for layer in document["not_compared"][:_MOST_NAMED]:
        _line(console, f"not compared: {_shortened(layer['name'], 40)}: {layer['reason']}", "dim")
    if len(document["not_compared"]) > _MOST_NAMED:
        _line(console, f"not compared: {len(document['not_compared']) - _MOST_NAMED} more", "dim")
    for side in ("a", "b"):
        alone = document[f"only_{side}"]
        if alone:
            file = Path(document[side]["model"]).name
            _line(
                console, f"{_plural(len(alone), 'layer')} only in {file} on {document[side]['engine']}", "dim"
            )


def _print_verdict(console: Console, document: Mapping[str, Any]) -> None:
    layers = document["layers"]
    if document["within"]:
        equal = sum(layer["equal"] for layer in layers)
        text = (
            f"the same: all {len(layers)} layers, to the last bit"
            if equal == len(layers)
            else f"within the tolerance: {len(layers)} layers, {equal} of them equal"
        )
        _line(console, text, "bold green")
        return
    first = next(layer for layer in layers if layer["number"] == document["first_divergence"])
    _line(console, f"first divergence: layer {first['number']}, {first['operator']}", "bold red")
    _line(console, f"  {_shortened(first['name'], max(40, console.width - 2))}", "red")
    steps = "" if first["greatest_steps"] is None else f" ({_plural(_steps(first), 'step')})"
    where = f"at {first['place']} of input {first['sample']}"
    if first["not_finite"]:
        _line(
            console,
            f"  {first['not_finite']} of its {first['elements']} values are NaN or infinite on one side",
        )
    else:
        _line(console, f"  up to {_figure(first['greatest'])}{steps}, {where}")
        _line(console, f"  {first['differing']} of its {first['elements']} values differ")
    beyond = sum(not layer["within"] for layer in layers)
    _line(console, f"{beyond} of {_plural(len(layers), 'layer')} beyond the tolerance")


def _line(console: Console, text: str, style: str = "") -> None:
    printable = "".join(c if c.isprintable() else "?" for c in text)
    console.print(printable, style=style, highlight=False, markup=False, soft_wrap=True)


def _steps(layer: Mapping[str, Any]) -> str:
    steps = layer["greatest_steps"]
    if steps is None or layer["equal"]:
        return ""
    return f"{steps:.0f}" if float(steps).is_integer() or steps >= 100 else f"{steps:.1f}"


def _decibels(layer: Mapping[str, Any]) -> str:
    return "-" if layer["snr_db"] is None else f"{layer['snr_db']:.1f}"


def _plural(count: int | str, noun: str) -> str:
    return f"{count} {noun}{'' if str(count) == '1' else 's'}"


def _figure(number: float) -> str:
    return "" if number == 0 else f"{number:.3g}"


def _shortened(name: str, room: int) -> str:
    """A name's end: what tells layers of one network apart stands there."""
    printable = "".join(c if c.isprintable() else "?" for c in name)
    # A converter joins the names of all that it fused; the first is what the rest became.
    first = printable.split(";")[0]
    return first if len(first) <= room else "…" + first[-(room - 1) :]
