"""Layers are paired by name, each once, in the first side's order."""

from __future__ import annotations

from aiedge.diff.layer import Layer, LayerKey, keyed
from aiedge.diff.match import match_layers


def layers(*names: str) -> list[Layer]:
    return [Layer(key, "op", None) for key in keyed(names)]


def pairs(a: list[Layer], b: list[Layer]) -> list[tuple[LayerKey, LayerKey]]:
    return [(pair.a.key, pair.b.key) for pair in match_layers(a, b)]


def test_equal_names_whatever_their_order() -> None:
    assert [a.name for a, _ in pairs(layers("a", "b", "c"), layers("c", "x", "a"))] == ["a", "c"]


def test_names_that_a_file_repeats_are_told_apart() -> None:
    assert pairs(layers("a", "a"), layers("a", "b", "a")) == [
        (LayerKey("a", 0), LayerKey("a", 0)),
        (LayerKey("a", 1), LayerKey("a", 1)),
    ]


def test_a_quantizer_s_ending_is_no_other_name() -> None:
    found = pairs(layers("conv", "relu"), layers("relu_QuantizeLinear_Output", "conv_quantized"))
    assert [(a.name, b.name) for a, b in found] == [
        ("conv", "conv_quantized"),
        ("relu", "relu_QuantizeLinear_Output"),
    ]


def test_the_equal_name_is_taken_before_the_like_one_and_none_twice() -> None:
    found = pairs(layers("conv", "conv_quantized"), layers("conv_quantized", "conv_quantized/int8"))
    assert [(a.name, b.name) for a, b in found] == [
        ("conv", "conv_quantized/int8"),
        ("conv_quantized", "conv_quantized"),
    ]
    assert len(pairs(layers("a", "a/int8"), layers("a_quantized"))) == 1
