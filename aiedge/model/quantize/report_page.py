"""The report as one HTML page that needs nothing else: no script, no network, no file beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from aiedge.model.quantize.report import (
    costliest,
    decibels,
    in_int8,
    judge,
    kept_in_float,
    plural,
    short_name,
)
from aiedge.model.quantize.report_data import LayerReport, QuantizationReport
from aiedge.model.quantize.report_style import STYLE
from aiedge.model.quantize.report_svg import histogram, layer_bars, text

_NAME_CHARACTERS = 48

MAX_PLOTS = 240
"""Histograms on the page; a model of more layers shows the costliest ones."""


def report_page(report: QuantizationReport, facts: Sequence[tuple[str, str]] = ()) -> str:
    """The whole page; ``facts`` are further names and values for its foot (files, versions). Every text is escaped."""
    title = f"Quantization of {report.model}"
    sections = (
        _verdict(report),
        _figures(report),
        _layers(report),
        _kept(report),
        _ranges(report),
        _tried(report),
        _numbers(report),
        _inputs(report),
        _settings(report, facts),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        # Even a mistake in the escaping could load or run nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{text(title)}</title><style>{STYLE}</style></head>\n<body><main>\n"
        f"<header><h1>{text(title)}</h1>"
        '<p class="pale">From float32 to int8, judged beside the float model.</p></header>\n'
        + "\n".join(section for section in sections if section)
        + "\n</main></body></html>\n"
    )


def _verdict(report: QuantizationReport) -> str:
    verdict = judge(report)
    details = "".join(f"<p>{text(detail)}</p>" for detail in verdict.details)
    advice = "".join(f"<li>{text(line)}</li>" for line in verdict.advice)
    more = f"<p>What could help:</p><ul>{advice}</ul>" if advice else ""
    headline = f"<strong>{text(verdict.headline)}</strong>"
    return f'<section class="verdict {verdict.level}">{headline}{details}{more}</section>'


def _figures(report: QuantizationReport) -> str:
    unit = " dB" if math.isfinite(report.snr_db) else ""
    figures = [(decibels(report.snr_db) + unit, "signal-to-noise of the outputs")]
    if report.agreement is not None:
        figures.append((f"{100 * report.agreement:.1f} %", "classes as in float"))
    figures.append((_bytes(report.int8_bytes), f"of constants, from {_bytes(report.float_bytes)} in float"))
    whole = len(in_int8(report))
    kept = len(kept_in_float(report))
    figures.append((str(whole), f"{'layer' if whole == 1 else 'layers'} in int8"))
    figures.append((str(kept), f"{'layer' if kept == 1 else 'layers'} in float"))
    figures.append((str(report.samples), f"calibration samples, {report.judging_samples} of them to judge"))
    tiles = "".join(
        f'<div class="figure"><b>{text(value)}</b><span>{text(name)}</span></div>' for value, name in figures
    )
    return f'<section class="figures">{tiles}</section>'


def _layers(report: QuantizationReport) -> str:
    worst = costliest(report, 3)
    told = ""
    if worst:
        names = ", ".join(
            f"<code>{text(short_name(layer.name, 50))}</code> ({layer.cause})" for layer in worst
        )
        told = f"<p>Most is lost, by their own doing, in {names}.</p>"
    chart = layer_bars([layer for layer in report.layers if layer.result_op])
    return (
        "<section><h2>Layer by layer</h2>"
        "<p>How far each layer's int8 values are from the float ones, with the errors of all layers before it. "
        "20 dB is an error of a tenth of the signal, 40 dB of a hundredth. A bar much shorter than its two marks has "
        "its error from the layers before.</p>"
        '<ul class="legend">'
        '<li><span class="key good"></span>20 dB and more</li><li><span class="key fair"></span>10 to 20 dB</li>'
        '<li><span class="key poor"></span>below 10 dB</li><li><span class="key float"></span>kept in float</li>'
        '<li><span class="key diamond"></span>the rounding of its weights alone</li>'
        '<li><span class="key stroke"></span>the rounding and clipping of its values alone</li></ul>'
        f'{told}<div class="scroll"><div class="chart">{chart}</div></div></section>'
    )


def _kept(report: QuantizationReport) -> str:
    kept = kept_in_float(report)
    if not kept:
        return "<section><h2>Kept in float</h2><p>Nothing: every layer computes in int8.</p></section>"
    rows = [[_Name(layer.name), _operation(layer), layer.reason] for layer in kept]
    return f"<section><h2>Kept in float</h2>{_table(['layer', 'operation', 'why'], rows)}</section>"


def _ranges(report: QuantizationReport) -> str:
    layers = [layer for layer in report.layers if layer.histogram is not None and layer.method]
    note = ""
    if len(layers) > MAX_PLOTS:
        chosen = {layer.tensor for layer in costliest(report, MAX_PLOTS)}
        note = f"<p>Of {len(layers)} layers, those that lose most.</p>"
        layers = [layer for layer in layers if layer.tensor in chosen]
    plots = "".join(_plot(layer) for layer in layers)
    if not plots:
        return ""
    return (
        "<section><h2>Ranges</h2>"
        "<p>The float values that calibration saw in each layer (heights are logarithmic), and the range that int8 "
        "holds of them. A wide range loses small differences, a narrow one clips.</p>"
        '<ul class="legend"><li><span class="key range"></span>range of int8</li>'
        '<li><span class="key good"></span>values</li>'
        '<li><span class="key poor"></span>values outside, clipped</li></ul>'
        f'{note}<div class="plots">{plots}</div></section>'
    )


def _plot(layer: LayerReport) -> str:
    data = layer.histogram
    assert data is not None  # noqa: S101 - the caller has chosen those that have one
    counted = sum(data.counts) + data.zeros
    notes = [f"{layer.float_min:.4g} to {layer.float_max:.4g} in float"]
    if layer.range_min is not None and layer.range_max is not None:
        notes.append(f"int8 holds {layer.range_min:.4g} to {layer.range_max:.4g} ({layer.method})")
    if layer.clipped > 0:
        notes.append(f"{_percent(layer.clipped)} clipped")
    if data.zeros:
        notes.append(f"{_percent(data.zeros / counted)} exactly 0")
    told = "; ".join(notes)
    return (
        f'<div class="plot"><h3 title="{text(layer.tensor)}">{text(short_name(layer.name, 44))}</h3>'
        f"{histogram(layer, data)}<p>{text(told)}</p></div>"
    )


def _tried(report: QuantizationReport) -> str:
    rows: list[Sequence[object]] = []
    chosen = []
    for trial in report.trials:
        chosen.append(trial.chosen)
        rows.append(
            [
                trial.method,
                trial.weights,
                "yes" if trial.equalized else "no",
                "yes" if trial.bias_corrected else "no",
                _Number(trial.float_layers),
                _Number(decibels(trial.snr_db)),
                _Number("" if trial.agreement is None else _percent(trial.agreement)),
                "chosen" if trial.chosen else "",
            ]
        )
    if not rows:
        return ""
    head = ["range", "weights", "equalized", "biases corrected", "in float", "SNR dB", "classes as float", ""]
    return (
        "<section><h2>What was tried</h2>"
        "<p>Each way was judged on samples that it was not calibrated on.</p>"
        f"{_table(head, rows, chosen, numbers={4, 5, 6})}</section>"
    )


def _numbers(report: QuantizationReport) -> str:
    place_of = {layer.name: number for number, layer in enumerate(report.layers, start=1)}
    rows = [
        [
            _Number(number),
            _Name(short_name(layer.name, _NAME_CHARACTERS)),
            _operation(layer),
            _Number(decibels(layer.snr_db)),
            _Number(decibels(layer.weights_snr_db)),
            _Number(decibels(layer.range_snr_db)),
            layer.cause,
            _Number("" if layer.scale is None else f"{layer.scale:.6g}"),
            _Number("" if layer.zero_point is None else layer.zero_point),
            _Number(_percent(layer.clipped) if layer.clipped > 0 else ""),
            _Name(_note(layer, place_of)),
        ]
        for number, layer in enumerate(report.layers, start=1)
    ]
    head = [
        "",
        "layer",
        "operation",
        "SNR dB",
        "weights",
        "range",
        "cause",
        "scale",
        "zero",
        "clipped",
        "note",
    ]
    table = _table(head, rows, numbers={0, 3, 4, 5, 7, 8, 9})
    return (
        "<section><h2>All figures</h2><p>The cause is what weighs most: the weights, the range, or what is inherited "
        f"from the layers before.</p>{table}{_names(report)}</section>"
    )


def _operation(layer: LayerReport) -> str:
    before, after = (op.removeprefix("float_") for op in (layer.op, layer.result_op))
    return before if after in {"", before} else f"{before} → {after}"


def _note(layer: LayerReport, place_of: Mapping[str, int]) -> str:
    """A layer's reason; other layers in it by their number, because names are long."""
    for name, place in place_of.items():
        if not layer.kept_float and layer.reason.endswith(f" {name}"):
            return f"{layer.reason.removesuffix(name)}{place}"
    return layer.reason


def _names(report: QuantizationReport) -> str:
    """The names that the table shortens."""
    items = "".join(
        f'<li value="{number}"><code>{text(layer.name)}</code></li>'
        for number, layer in enumerate(report.layers, start=1)
        if short_name(layer.name, _NAME_CHARACTERS) != layer.name
    )
    if not items:
        return ""
    return f"<h2>Whole names</h2><p>As <code>--keep-float</code> takes them.</p><ol>{items}</ol>"


def _inputs(report: QuantizationReport) -> str:
    rows = [
        [
            _Name(one.name),
            f"{one.dtype} [{', '.join(map(str, one.shape))}]",
            "as it is" if one.scale is None else f"q = round(x / {one.scale:.8g}) + {one.zero_point}",
        ]
        for one in report.inputs
    ]
    outputs: list[Sequence[object]] = [
        [_Name(one.name), _Number(decibels(one.snr_db)), _Number(f"{one.greatest_difference:.4g}")]
        for one in report.outputs
    ]
    return (
        "<section><h2>Inputs and outputs</h2>"
        f"{_table(['input', 'takes', 'of a real value x'], rows)}"
        f"{_table(['output', 'SNR dB', 'greatest difference from float'], outputs, numbers={1, 2})}</section>"
    )


def _settings(report: QuantizationReport, facts: Sequence[tuple[str, str]]) -> str:
    pairs = [
        *facts,
        ("ranges by", report.method),
        ("weights by", report.weights),
        ("equalized", ", ".join(report.equalized_pairs) or "nothing"),
        ("biases corrected", "yes" if report.bias_corrected else "no"),
        ("calibration data", f"{plural(report.samples, 'sample')}, SHA-256 {report.calibration_sha256}"),
        ("settings", ", ".join(f"{name}={value}" for name, value in report.options)),
    ]
    rows = "".join(
        f'<tr><th>{text(name)}</th><td class="name">{text(value)}</td></tr>' for name, value in pairs
    )
    return f'<footer><div class="scroll"><table>{rows}</table></div></footer>'


class _Number(str):
    """A cell that is aligned to the right."""

    __slots__ = ()

    def __new__(cls, value: object) -> _Number:
        return super().__new__(cls, str(value))


class _Name(str):
    """A cell that may break anywhere."""

    __slots__ = ()


def _table(
    head: Sequence[str],
    rows: Iterable[Sequence[object]],
    chosen: Sequence[bool] = (),
    numbers: Iterable[int] = (),
) -> str:
    right = set(numbers)
    heads = "".join(
        f'<th class="n">{text(name)}</th>' if index in right else f"<th>{text(name)}</th>"
        for index, name in enumerate(head)
    )
    body = "".join(
        f"<tr{_chosen(chosen, index)}>{''.join(map(_cell, row))}</tr>" for index, row in enumerate(rows)
    )
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def _chosen(chosen: Sequence[bool], index: int) -> str:
    return ' class="chosen"' if index < len(chosen) and chosen[index] else ""


def _cell(value: object) -> str:
    kind = ' class="n"' if isinstance(value, _Number) else ' class="name"' if isinstance(value, _Name) else ""
    return f"<td{kind}>{text(value)}</td>"


def _percent(share: float) -> str:
    percent = 100 * share
    return f"{percent:.2g} %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def _bytes(count: int) -> str:
    for unit, size in (("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} B"
