"""Which layer of one side is which of the other: by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from aiedge.diff.layer import Layer, LayerKey

_ENDINGS = ("_QuantizeLinear_Output", "_DequantizeLinear_Output", "_quantized", "/int8", "/uint8")
"""What quantizers (ONNX Runtime's, and our importer) append to the name of a value when they give it integers."""


class Pair(NamedTuple):
    """The same layer on both sides."""

    a: Layer
    b: Layer


def match_layers(a: Sequence[Layer], b: Sequence[Layer]) -> tuple[Pair, ...]:
    """Pairs in the order of ``a``: of equal names, then of names that are equal but for a quantizer's ending."""
    exact = {layer.key: layer for layer in b}
    taken = {layer.key for layer in a if layer.key in exact}
    alike: dict[LayerKey, Layer] = {}
    for layer in b:
        if layer.key not in taken:
            alike.setdefault(_plain(layer.key), layer)
    pairs = []
    for layer in a:
        other = exact.get(layer.key)
        if other is None:
            other = alike.pop(_plain(layer.key), None)
        if other is not None:
            pairs.append(Pair(layer, other))
    return tuple(pairs)


def _plain(key: LayerKey) -> LayerKey:
    name = key.name
    while name.endswith(_ENDINGS):
        name = next(name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending))
    return LayerKey(name, key.occurrence)
