"""Golden vectors take no memory once a model is loaded: the core gives their pages back."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
from random_graphs import BUILDERS

from aiedge import _native
from aiedge.model.bundle import write_bundle

MOST_BYTES = 1 << 24


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_golden_vectors_are_given_back() -> None:
    graph = BUILDERS["conv_2d"](np.random.default_rng(1), "int8")
    plain = _native.Model(write_bundle(graph))
    data = write_bundle(graph, extras={b"GOLD": (0, b"\1" * MOST_BYTES), b"SIGN": (0, bytes(128))})
    before = resident_bytes()
    models = [_native.Model(data) for _ in range(4)]
    assert resident_bytes() - before < MOST_BYTES
    for model in models:
        assert model.memory.weight_bytes == plain.memory.weight_bytes
        # While it was loaded, the whole file was there.
        assert len(data) <= model.memory.peak_bytes < len(data) + plain.memory.peak_bytes
    x = np.zeros(plain.inputs[0].shape, np.int8)
    outs = [np.zeros(plain.outputs[0].shape, np.int8) for _ in range(2)]
    plain.run([x], outs[:1])
    models[0].run([x], outs[1:])
    np.testing.assert_array_equal(outs[0], outs[1])
