"""Damaged and hostile .tflite files: each ends in a ModelError or in a valid bundle, with little memory."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from mutations import memory_limit, mutations
from tflite_builder import TfliteBuilder
from tflite_models import everything

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle
from aiedge.model.compile import compile_bytes

_MEMORY_BYTES = 64 << 20


@pytest.mark.parametrize("dtype", ["int8", "uint8"])
def test_mutations_end_in_an_error_or_a_bundle(dtype: str) -> None:
    endings: Counter[str] = Counter()
    with memory_limit(_MEMORY_BYTES):
        for mutated in mutations(everything(dtype), count=750, seed=2026):
            endings[_ending(mutated)] += 1
    # the mutations reach deep: some files stay valid, and many different checks refuse the others
    assert endings["no place"] == 0
    assert endings["bundle"] > 20
    assert len(endings) > 5


def test_every_cut_is_refused() -> None:
    model = everything()
    # the last bytes are the empty buffer 0, which nothing reads
    for size in range(0, len(model) - 16, 7):
        with pytest.raises(ModelError) as caught:
            compile_bytes(model[:size], "cut.tflite")
        assert "cut.tflite" in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"TFL3", b"\x08\x00\x00\x00TFL3", b"\xff\xff\xff\xffTFL3" + bytes(64)]
)
def test_what_is_no_model(content: bytes) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-004"):
        compile_bytes(content, "m.tflite")


def test_constants_that_are_shared_too_often() -> None:
    t = TfliteBuilder()
    shared = t.tensor((1 << 20,), "int8", 1.0, 0, data=np.zeros(1 << 20, np.int8))
    for _ in range(80):
        t.tensor((1 << 20,), "int8", 1.0, 0, buffer=1)
    with pytest.raises(ModelError, match="share constants"):
        compile_bytes(t.build([shared], [shared]), "m.tflite")


def test_operators_that_share_a_long_list() -> None:
    t = TfliteBuilder(operator_copies=60000)
    x, y = (t.tensor((1, 4), "int8", 1.0, 0) for _ in range(2))
    t.operator("CONCATENATION", [x] * 256, [y])
    model = t.build([x], [y])
    with memory_limit(_MEMORY_BYTES), pytest.raises(ModelError, match="share names or lists"):
        compile_bytes(model, "m.tflite")


def test_many_operators_without_a_bias() -> None:
    t = TfliteBuilder(operator_copies=1000)
    x = t.tensor((1, 1), "int8", 1.0, 0)
    weights = t.tensor((1 << 20, 1), "int8", 1.0, 0, data=np.zeros((1 << 20, 1), np.int8))
    y = t.tensor((1, 1 << 20), "int8", 1.0, 0)
    t.operator("FULLY_CONNECTED", [x, weights], [y])
    model = t.build([x], [y])
    with memory_limit(_MEMORY_BYTES), pytest.raises(ModelError, match="value already"):
        compile_bytes(model, "m.tflite")


def test_external_data_outside_the_file() -> None:
    t = TfliteBuilder()
    x = t.tensor((1, 4), "int8", 1.0, 0, data=np.arange(4, dtype=np.int8))
    model = t.build([x], [x], external=True)
    with pytest.raises(ModelError, match="outside the file"):
        compile_bytes(model[:-1], "m.tflite")


def _ending(data: bytes) -> str:
    try:
        read_bundle(compile_bytes(data, "mutated"))
    except ModelError as error:
        return error.code + error.what[:40] if error.where.startswith("mutated") else "no place"
    return "bundle"
