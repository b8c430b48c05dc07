"""The native core checks what an LSTM demands: one broken field each, and the refusal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from bundle_patch import BundlePatch
from lstm_graphs import lstm

from aiedge import _native
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle

Change = Callable[[BundlePatch], BundlePatch]
BUNDLE = write_bundle(lstm(np.random.default_rng(12), "int8"))


def _attribute(index: int, layout: str, value: float) -> Change:
    return lambda p: p.put(layout, p.node(0) + 32 + 4 * index, value)


def _tensor(index: int, offset: int, layout: str, *values: object) -> Change:
    return lambda p: p.put(layout, p.tensor(index) + offset, *values)


RULES: list[tuple[str, Change, str]] = [
    ("inputs", lambda p: p.put("I", p.node(0) + 20, 12), r"12 input\(s\)"),
    ("time_major", _attribute(0, "i", 2), "time_major"),
    ("cell's scale", _attribute(1, "i", -16), "2\\^-15 to 2\\^-9"),
    ("cell's large scale", _attribute(1, "i", -8), "2\\^-15 to 2\\^-9"),
    ("bound", _attribute(2, "i", -1), "cell's bound"),
    ("large bound", _attribute(2, "i", 32768), "cell's bound"),
    ("hidden scale", _attribute(3, "f", float("nan")), "too far apart"),
    ("hidden scale 0", _attribute(3, "f", 0.0), "too far apart"),
    ("hidden scale negative", _attribute(3, "f", -1.0), "too far apart"),
    ("hidden zero point", _attribute(4, "i", 128), "result's zero point"),
    ("unused attribute", _attribute(5, "i", 1), "unused attribute"),
    ("batch", _tensor(0, 12, "i", 9), "same batch and steps"),
    ("input's scale", _tensor(0, 36, "f", 1e30), "too far apart"),
    ("input's dtype", _tensor(0, 8, "B", 2), "different dtypes|zero point"),
    ("weights' zero point", _tensor(1, 40, "i", 1), "zero point 0"),
    ("weights' scale", _tensor(5, 36, "f", 1e-30), "too far apart"),
    ("cells", _tensor(13, 20, "i", 4), "of the cells by"),
]


def test_the_untouched_bundle_loads() -> None:
    (node,) = _native.Model(BUNDLE).nodes
    assert node.op == "lstm"
    assert node.macs > 0


@pytest.mark.parametrize(("change", "message"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_a_broken_rule_is_refused(change: Change, message: str) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        _native.Model(change(BundlePatch(BUNDLE)).sealed())
    assert caught.value.code == "AIE-MOD-018"
