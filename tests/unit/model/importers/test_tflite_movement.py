"""What the importer refuses of operators that move elements, by name; damaged files of each end in an error."""

from __future__ import annotations

from typing import Any

import index_models
import lstm_models
import movement_models
import numpy as np
import pytest
import resize_models
from mutations import memory_limit, mutations
from tflite_builder import TfliteBuilder
from tflite_models import Draw

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle
from aiedge.model.compile import compile_bytes, import_model

MODELS = movement_models.MODELS | resize_models.MODELS | index_models.MODELS | lstm_models.MODELS


def _model(kind: str, settings: list[list[int]], shape: tuple[int, ...] = (2, 4), **options: Any) -> bytes:
    t = TfliteBuilder()
    x, y = t.tensor((2, 4), "int8", 0.5, 3), t.tensor(shape, "int8", 0.5, 3)
    lists = [t.tensor((len(s),), "int32", data=np.array(s, np.int32)) for s in settings]
    t.operator(kind, [x, *lists], [y], **options)
    return t.build([x], [y])


def _index(
    kind: str, settings: list[list[int]], dtype: str = "int32", shape: tuple[int, ...] = (2,), **options: Any
) -> bytes:
    t = TfliteBuilder()
    x = t.tensor((2, 4), "int8", 0.5, 3)
    y = t.tensor(shape, dtype, 0.5 if dtype == "int8" else None, 3)
    lists = [t.tensor((len(s),), "int32", data=np.array(s, np.int32)) for s in settings]
    t.operator(kind, [x, *lists], [y], **options)
    return t.build([x], [y])


def _joined(dtype: str, scale: float) -> bytes:
    t = TfliteBuilder()
    inputs = [t.tensor((2, 4), dtype, s, 3) for s in (0.5, scale)]
    y = t.tensor((4, 4), dtype, 0.5, 3)
    t.operator("CONCATENATION", inputs, [y], Axis=0)
    return t.build(inputs, [y])


def _padv2(scale: float, values: list[int], dtype: str = "int8") -> bytes:
    t = TfliteBuilder()
    x, y = t.tensor((4,), "int8", 0.5, 3), t.tensor((6,), "int8", 0.5, 3)
    pads = t.tensor((1, 2), "int32", data=np.array([[1, 1]], np.int32))
    value = t.tensor((len(values),), dtype, scale, 3, data=np.array(values, dtype))
    t.operator("PADV2", [x, pads, value], [y])
    return t.build([x], [y])


def _split(sizes: list[int], axis: int, kind: str = "SPLIT_V") -> bytes:
    t = TfliteBuilder()
    x = t.tensor((2, 4), "int8", 0.5, 3)
    outputs = [t.tensor((2, 2), "int8", 0.5, 3) for _ in range(2)]
    where = t.tensor((), "int32", data=np.array(axis, np.int32))
    counts = t.tensor((len(sizes),), "int32", data=np.array(sizes, np.int32))
    t.operator(kind, [x, counts, where] if kind == "SPLIT_V" else [where, x], outputs)
    return t.build([x], outputs)


@pytest.mark.parametrize(
    ("model", "code", "text"),
    [
        (_model("CONCATENATION", [], Axis=2), "AIE-MOD-009", "axis 2 is none of 2"),
        (_model("CONCATENATION", [], Axis=0, FusedActivationFunction=1), "AIE-MOD-010", "activation fused"),
        (_joined("int8", 0.25), "AIE-MOD-009", "differ in dtype, scale"),
        (_joined("uint8", 1e-20), "AIE-MOD-010", "scales too far apart"),
        (_model("PAD", [[1, 1, 1]]), "AIE-MOD-009", "3 paddings for 2 axes"),
        (_model("PAD", []), "AIE-MOD-009", "0 paddings"),
        (_padv2(0.25, [3]), "AIE-MOD-010", "another scale"),
        (_padv2(0.5, [3, 4]), "AIE-MOD-010", "more than one constant"),
        (_padv2(0.5, [3], "uint8"), "AIE-MOD-010", "more than one constant"),
        (_model("TRANSPOSE", [[0]]), "AIE-MOD-009", "1 axes for 2"),
        (_model("TRANSPOSE", [[0, 2]]), "AIE-MOD-009", "axis 2 is none of 2"),
        (_model("SLICE", [[0, 0], [2]]), "AIE-MOD-009", "1 sizes for 2 axes"),
        (_model("SLICE", [[0, 0], [2, 0]]), "AIE-MOD-010", "without elements"),
        (_model("SLICE", [[0, 3], [2, 4]]), "AIE-MOD-009", "reads 3 to 6"),
        (_model("SLICE", [[0, 0]]), "AIE-MOD-009", "needs 3"),
        (_model("STRIDED_SLICE", [[0, 0], [2, 4], [1, 0]]), "AIE-MOD-009", "strides [1, 0]"),
        (_model("STRIDED_SLICE", [[0, 2], [2, 2], [1, 1]]), "AIE-MOD-010", "without elements"),
        (_model("STRIDED_SLICE", [[0] * 3, [1] * 3, [1] * 3]), "AIE-MOD-009", "more axes than the 2"),
        (_model("STRIDED_SLICE", [[0], [1], [1]], Offset=True), "AIE-MOD-010", "offsets"),
        (_model("STRIDED_SLICE", [[0] * 3, [1] * 3, [1] * 3], EllipsisMask=2), "AIE-MOD-010", "no axis"),
        (_model("DEPTH_TO_SPACE", [], BlockSize=2), "AIE-MOD-009", "instead of 4"),
        (_index("ARG_MAX", [[0, 1]]), "AIE-MOD-009", "2 axes"),
        (_index("ARG_MAX", [[2]]), "AIE-MOD-009", "axis 2 is none of 2"),
        (_index("ARG_MAX", [[1]], "int64"), "AIE-MOD-010", "int64 indices (int32"),
        (_index("ARG_MAX", [[1]], "int8"), "AIE-MOD-009", "needs int32 [2]"),
        (_index("ARG_MAX", [[1]], shape=(4,)), "AIE-MOD-009", "needs int32 [2]"),
        (_index("GATHER", [[0, 2]], "int8", (2, 4)), "AIE-MOD-009", "outside the axis with 2"),
        (_index("GATHER", [[0, -1]], "int8", (2, 4)), "AIE-MOD-009", "outside the axis with 2"),
        (_index("GATHER", [[0, 1]], "int8", (2, 4), BatchDims=1), "AIE-MOD-010", "batch dimensions"),
        (_index("GATHER", [[0, 1]], "int8", (2, 4), Axis=2), "AIE-MOD-009", "axis 2 is none of 2"),
        (_index("GATHER", [[0, 1]], "int8", (2, 3)), "AIE-MOD-009", "needs [2, 4]"),
        (_split([2, 2], 2), "AIE-MOD-009", "axis 2 is none of 2"),
        (_split([2, 1], 1), "AIE-MOD-009", "3 of 4"),
        (_split([4], 1), "AIE-MOD-009", "1 sizes for 2 outputs"),
        (_split([5, -1], 1), "AIE-MOD-010", "without elements"),
        (_split([], 5, "SPLIT"), "AIE-MOD-009", "axis 5 is none of 2"),
    ],
)
def test_refused(model: bytes, code: str, text: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(model, "m.tflite")
    assert caught.value.code == code
    assert text in caught.value.what


@pytest.mark.parametrize("kind", MODELS)
def test_mutations_end_in_an_error_or_a_bundle(kind: str) -> None:
    model = MODELS[kind](Draw(4), "int8")
    endings = {"error": 0, "bundle": 0}
    with memory_limit(64 << 20):
        for mutated in mutations(model, count=150, seed=7):
            try:
                read_bundle(compile_bytes(mutated, "m.tflite"))
            except ModelError:
                endings["error"] += 1
            else:
                endings["bundle"] += 1
    assert min(endings.values()) > 2
