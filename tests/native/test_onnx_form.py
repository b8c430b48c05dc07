"""The ONNX form that a peer is measured on is the same network: its outputs are the native engine's."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import aiedge

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def onnx_form(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import onnx_form

    yield onnx_form
    del sys.modules["onnx_form"]


# ONNX Runtime adds in an arithmetic of its own, so that a model with sums differs by some steps.
@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("mlperf_tiny_ad_int8", 0),
        ("mlperf_tiny_kws_int8", 0),
        ("mlperf_tiny_sww_int8", 0),
        ("mlperf_tiny_vww_int8", 0),
        ("mlperf_tiny_ic_int8", 12),
        ("mobilenet_v1_0.25_128_uint8", 12),
        ("mobilenet_v2_1.0_224_int8_per_channel", 20),
        ("mobilenet_v2_1.0_224_uint8", 20),
    ],
)
def test_it_is_the_same_network(
    onnx_form: ModuleType, shared: Path, tmp_path: Path, name: str, steps: int
) -> None:
    source, made = shared / "models" / f"{name}.tflite", tmp_path / f"{name}.onnx"
    made.write_bytes(onnx_form.onnx_form(source.read_bytes(), source.name))
    ours, theirs = aiedge.load(source), aiedge.load(made, engine="onnxruntime")
    assert [spec.shape for spec in theirs.outputs] == [spec.shape for spec in ours.outputs]
    rng = np.random.default_rng(0)
    for _ in range(3):
        x = rng.integers(0, 256, ours.inputs[0].shape, np.uint8)
        y, other = ours(_moved(x, ours.inputs[0].dtype)), theirs(x)
        difference = np.abs(_moved(other, y.dtype).astype(int) - y)
        assert difference.max() <= steps
        assert other.argmax() == y.argmax()


def _moved(values: np.ndarray, dtype: np.dtype) -> np.ndarray:
    return (values.astype(np.int16) - 128).astype(dtype) if dtype == np.int8 else values


def test_what_has_no_form_is_refused(onnx_form: ModuleType, tmp_path: Path) -> None:
    import tflite_models

    with pytest.raises(ValueError, match=r"no ONNX form here"):
        onnx_form.onnx_form(tflite_models.everything("int8"), "everything.tflite")
