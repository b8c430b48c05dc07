"""The drawings of the report's page, as SVG without a script; colours are the page's classes, text is escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from aiedge.model.quantize.report import decibels, short_name
from aiedge.model.quantize.report_data import HistogramData, LayerReport

_WIDTH = 1000
_LABEL = 300
_VALUE = 76
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
        x, more = _x(level), "+" if level == _MOST_DB else ""
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_HEAD - 6}" y2="{height - 4}"/>')
        parts.append(f'<text class="axis" x="{x:.1f}" y="14" text-anchor="middle">{level}{more}</text>')
    parts.append(f'<text class="axis" x="{_WIDTH - 4}" y="14" text-anchor="end">dB</text>')
    for index, layer in enumerate(layers):
        parts.append(_bar(layer, _HEAD + _ROW * index))
    parts.append("</svg>")
    return "".join(parts)


def histogram(layer: LayerReport, data: HistogramData) -> str:
    """A layer's float values (heights are logarithmic) and the range that int8 holds of them."""
    columns = _filled(layer, data)
    edges = [edge for left, right, _ in columns for edge in (left, right)]
    held = None
    if layer.range_min is not None and layer.range_max is not None:
        held = layer.range_min, layer.range_max
        edges += held
    low, high = min(edges, default=0.0), max(edges, default=1.0)
    scale = _PLOT_WIDTH / (high - low) if high > low else 1.0
    label = f"Values of {short_name(layer.tensor, 60)}"
    parts = [f'<svg viewBox="0 0 {_PLOT_WIDTH} {_PLOT_HEIGHT}" role="img" aria-label="{text(label)}">']
    if held is not None:
        x, width = (held[0] - low) * scale, (held[1] - held[0]) * scale
        parts.append(f'<rect class="range" x="{x:.2f}" width="{width:.2f}" y="0" height="{_PLOT_BASE}"/>')
    greatest = max((count for _, _, count in columns), default=1)
    for left, right, count in columns:
        kind = "clipped" if held is not None and (right <= held[0] or left >= held[1]) else "values"
        height = _PLOT_BASE * math.log1p(count) / math.log1p(greatest)
        width = max(0.8, (right - left) * scale - 0.4)
        parts.append(
            f'<rect class="{kind}" x="{(left - low) * scale:.2f}" width="{width:.2f}" '
            f'y="{_PLOT_BASE - height:.2f}" height="{height:.2f}"/>'
        )
    if low < 0 < high:
        x = -low * scale
        parts.append(f'<line class="zero" x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="{_PLOT_BASE}"/>')
    parts.append(f'<line class="base" x1="0" x2="{_PLOT_WIDTH}" y1="{_PLOT_BASE}" y2="{_PLOT_BASE}"/>')
    foot = _PLOT_HEIGHT - 2
    parts.append(f'<text class="axis" x="0" y="{foot}">{low:.3g}</text>')
    parts.append(f'<text class="axis" x="{_PLOT_WIDTH}" y="{foot}" text-anchor="end">{high:.3g}</text></svg>')
    return "".join(parts)


def quality(snr_db: float | None) -> str:
    """The class of an SNR's colour."""
    if snr_db is None:
        return "none"
    return "good" if snr_db >= 20 else "fair" if snr_db >= 10 else "poor"


def _filled(layer: LayerReport, data: HistogramData) -> list[tuple[float, float, int]]:
    """The bins that hold something, each with its edges; the outer ones end where the values do."""
    width = (data.high - data.low) / max(1, len(data.counts))
    bins = [
        (data.low + index * width, data.low + (index + 1) * width, count)
        for index, count in enumerate(data.counts)
        if count
    ]
    held = ((max(left, layer.float_min), min(right, layer.float_max), count) for left, right, count in bins)
    return [(left, max(left, right), count) for left, right, count in held]


def _x(snr_db: float) -> float:
    held = min(max(snr_db, 0.0), _MOST_DB)
    return _LABEL + (_WIDTH - _LABEL - _VALUE) * held / _MOST_DB


def _bar(layer: LayerReport, y: float) -> str:
    middle = y + _ROW / 2
    parts = [
        f"<g><title>{text(_told(layer))}</title>",
        f'<rect class="row" x="0" y="{y}" width="{_WIDTH}" height="{_ROW}"/>',
        f'<text x="{_LABEL - 10}" y="{middle + 4}" text-anchor="end">'
        f"{text(short_name(layer.name, 42))}</text>",
    ]
    if layer.snr_db is not None:
        end = max(_x(layer.snr_db), _x(0) + 2)
        kind = "float" if layer.kept_float else quality(layer.snr_db)
        parts.append(
            f'<rect class="bar {kind}" x="{_x(0):.1f}" y="{y + 5}" width="{end - _x(0):.1f}" height="{_ROW - 10}"/>'
        )
        for name, mark in (("weights", layer.weights_snr_db), ("range", layer.range_snr_db)):
            if mark is not None:
                parts.append(_mark(name, _x(mark), y))
    told = decibels(layer.snr_db) + (" (float)" if layer.kept_float else "")
    parts.append(f'<text x="{_WIDTH - 4}" y="{middle + 4}" text-anchor="end">{text(told)}</text></g>')
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
