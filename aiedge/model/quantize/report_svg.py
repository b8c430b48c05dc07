"""The drawings of the report's page, as SVG without a script; colours are the page's classes, text is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from aiedge.model.quantize.report import decibels, short_name
from aiedge.model.quantize.report_data import HistogramData, LayerReport

_WIDTH = 1000
_LABEL = 290
_VALUE = 110
_ROW = 24
_HEAD = 26
_MOST_DB = 60.0
_GRID_DB = 10

_PLOT_WIDTH, _PLOT_HEIGHT, _PLOT_BASE = 300, 96, 80


def text(value: object) -> str:
    """For the page: escaped, and without what a page may not hold."""
    printable = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
    return escape(printable.encode("utf-8", "replace").decode("utf-8"), quote=True)


def layer_bars(layers: Sequence[LayerReport]) -> str:
    """A bar of SNR for each layer, with marks for what its weights and its range alone would leave."""
    height = _HEAD + _ROW * len(layers) + 8
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="Signal-to-noise ratio of each layer">'
    ]
    for level in range(0, int(_MOST_DB) + 1, _GRID_DB):
        x = _x(level)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_HEAD - 6}" y2="{height - 4}"/>')
        parts.append(f'<text class="axis" x="{x:.1f}" y="14" text-anchor="middle">{level}</text>')
    parts.append(f'<text class="axis" x="{_WIDTH - 4}" y="14" text-anchor="end">dB</text>')
    for index, layer in enumerate(layers):
        parts.append(_bar(layer, _HEAD + _ROW * index))
    parts.append("</svg>")
    return "".join(parts)


def histogram(layer: LayerReport, data: HistogramData) -> str:
    """A layer's float values (heights are logarithmic) and the range that int8 holds of them."""
    low, high = data.low, data.high
    if layer.range_min is not None and layer.range_max is not None:
        low, high = min(low, layer.range_min), max(high, layer.range_max)
    span = high - low if high > low else 1.0
    scale = _PLOT_WIDTH / span
    label = f"Values of {short_name(layer.tensor, 60)}"
    parts = [
        f'<svg viewBox="0 0 {_PLOT_WIDTH} {_PLOT_HEIGHT}" role="img" aria-label="{text(label)}">',
    ]
    if layer.range_min is not None and layer.range_max is not None:
        x, width = (layer.range_min - low) * scale, (layer.range_max - layer.range_min) * scale
        parts.append(f'<rect class="range" x="{x:.2f}" width="{width:.2f}" y="0" height="{_PLOT_BASE}"/>')
    parts += _columns(layer, data, low, scale)
    if low < 0 < high:
        x = -low * scale
        parts.append(f'<line class="zero" x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="{_PLOT_BASE}"/>')
    parts.append(f'<line class="base" x1="0" x2="{_PLOT_WIDTH}" y1="{_PLOT_BASE}" y2="{_PLOT_BASE}"/>')
    parts.append(f'<text class="axis" x="0" y="{_PLOT_HEIGHT - 2}">{text(f"{low:.3g}")}</text>')
    parts.append(
        f'<text class="axis" x="{_PLOT_WIDTH}" y="{_PLOT_HEIGHT - 2}" text-anchor="end">{text(f"{high:.3g}")}</text>'
    )
    parts.append("</svg>")
    return "".join(parts)


def quality(snr_db: float | None) -> str:
    """The class of an SNR's colour."""
    if snr_db is None:
        return "none"
    return "good" if snr_db >= 20 else "fair" if snr_db >= 10 else "poor"


def _columns(layer: LayerReport, data: HistogramData, low: float, scale: float) -> list[str]:
    greatest = max(data.counts, default=0)
    if greatest == 0:
        return []
    width = (data.high - data.low) / len(data.counts)
    columns = []
    for index, count in enumerate(data.counts):
        if count == 0:
            continue
        left = data.low + index * width
        height = _PLOT_BASE * math.log1p(count) / math.log1p(greatest)
        is_outside = (
            layer.range_min is not None
            and layer.range_max is not None
            and not layer.range_min <= left + width / 2 <= layer.range_max
        )
        kind = "clipped" if is_outside else "values"
        columns.append(
            f'<rect class="{kind}" x="{(left - low) * scale:.2f}" width="{max(0.6, width * scale - 0.4):.2f}" '
            f'y="{_PLOT_BASE - height:.2f}" height="{height:.2f}"/>'
        )
    return columns


def _x(snr_db: float) -> float:
    held = min(max(snr_db, 0.0), _MOST_DB)
    return _LABEL + (_WIDTH - _LABEL - _VALUE) * held / _MOST_DB


def _bar(layer: LayerReport, y: float) -> str:
    middle = y + _ROW / 2
    dim = "" if layer.result_op else " dim"
    parts = [
        f"<g><title>{text(_told(layer))}</title>",
        f'<rect class="row" x="0" y="{y}" width="{_WIDTH}" height="{_ROW}"/>',
        f'<text class="name{dim}" x="{_LABEL - 10}" y="{middle + 4}" text-anchor="end">'
        f"{text(short_name(layer.name, 42))}</text>",
    ]
    value = decibels(layer.snr_db)
    end = _x(0)
    if layer.snr_db is not None:
        end = max(_x(layer.snr_db), _x(0) + 2)
        kind = "float" if layer.kept_float else quality(layer.snr_db)
        parts.append(
            f'<rect class="bar {kind}" x="{_x(0):.1f}" y="{y + 5}" width="{end - _x(0):.1f}" height="{_ROW - 10}"/>'
        )
        for name, mark in (("weights", layer.weights_snr_db), ("range", layer.range_snr_db)):
            if mark is not None:
                parts.append(_mark(name, _x(mark), y))
                end = max(end, _x(mark))
    note = "float" if layer.kept_float else "" if layer.result_op else "part of another layer"
    told = ", ".join(part for part in (value, note) if part)
    parts.append(f'<text class="value{dim}" x="{end + 9:.1f}" y="{middle + 4}">{text(told)}</text></g>')
    return "".join(parts)


def _mark(kind: str, x: float, y: float) -> str:
    if kind == "weights":
        middle = y + _ROW / 2
        corners = f"{x:.1f},{middle - 5} {x + 5:.1f},{middle} {x:.1f},{middle + 5} {x - 5:.1f},{middle}"
        return f'<polygon class="mark" points="{corners}"/>'
    return f'<rect class="mark" x="{x - 1.5:.1f}" y="{y + 3}" width="3" height="{_ROW - 6}"/>'


def _told(layer: LayerReport) -> str:
    """What a pointer that rests on a row is told."""
    parts = [f"{layer.name} ({layer.op})"]
    for name, value in (
        ("SNR", layer.snr_db),
        ("weights alone", layer.weights_snr_db),
        ("range alone", layer.range_snr_db),
    ):
        if value is not None:
            parts.append(f"{name} {decibels(value)} dB")
    if layer.reason:
        parts.append(layer.reason)
    return ", ".join(parts)
