"""The engines of other makers behind the one protocol."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import tflite_models

import aiedge
from aiedge.errors import EngineError, ModelError

PACKAGES = {"tflite": "ai_edge_litert", "openvino": "openvino", "onnxruntime": "onnxruntime"}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.tflite"
    path.write_bytes(tflite_models.convolution(tflite_models.Draw(2), "int8", depthwise=False))
    return path


def field(number: int, value: bytes | int) -> bytes:
    """One field of protobuf: a string, a message or a small whole number."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    assert len(value) < 1 << 14
    return bytes([number << 3 | 2, len(value) & 0x7F | 0x80, len(value) >> 7]) + value


def onnx_model(width: bytes | int) -> bytes:
    """Dequantizes int8 (batch, width) with scale 0.5; ``width`` is a number, or the name of a free size."""
    free, fixed = field(2, b"batch"), field(1, width) if isinstance(width, int) else field(2, width)
    shape = field(1, free) + field(1, fixed)

    def value(name: bytes, elements: int) -> bytes:
        return field(1, name) + field(2, field(1, field(1, elements) + field(2, shape)))

    node = field(1, b"x") + field(1, b"scale") + field(2, b"y") + field(4, b"DequantizeLinear")
    scale = field(2, 1) + field(8, b"scale") + field(9, np.float32(0.5).tobytes())
    graph = field(1, node) + field(2, b"tiny") + field(5, scale)
    graph += field(11, value(b"x", 3)) + field(12, value(b"y", 1))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


@pytest.mark.parametrize("engine", ["tflite", "openvino"])
def test_a_peer_runs_a_tflite_file(tiny: Path, engine: str) -> None:
    native, peer = aiedge.load(tiny), aiedge.load(tiny, engine=engine)
    assert peer.engine == engine
    assert [(s.shape, s.dtype) for s in peer.inputs] == [(s.shape, s.dtype) for s in native.inputs]
    assert [(s.shape, s.dtype) for s in peer.outputs] == [(s.shape, s.dtype) for s in native.outputs]
    rng = np.random.default_rng(5)
    (spec,) = native.inputs
    seen = set()
    for _ in range(20):
        x = rng.integers(-128, 128, spec.shape, np.int8)
        ours, theirs = native(x), peer(x)
        assert isinstance(ours, np.ndarray)
        assert isinstance(theirs, np.ndarray)
        # OpenVINO rounds a few elements of other models differently.
        assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= (0 if engine == "tflite" else 1)
        seen.add(theirs.tobytes())
    assert len(seen) > 1


def test_onnxruntime_runs_an_onnx_file(tmp_path: Path) -> None:
    path = tmp_path / "tiny.onnx"
    path.write_bytes(onnx_model(4))
    model = aiedge.load(path, engine="onnxruntime", threads=2)
    assert [(s.name, s.shape, s.dtype) for s in model.inputs] == [("x", (1, 4), np.dtype("int8"))]
    y = model(np.array([[-128, 0, 1, 127]], np.int8))
    np.testing.assert_array_equal(y, np.array([[-64.0, 0.0, 0.5, 63.5]], np.float32))


def test_a_free_size_that_is_no_batch_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "free.onnx"
    path.write_bytes(onnx_model(b"width"))
    with pytest.raises(ModelError, match=r"AIE-MOD-008.*free\.onnx.*width"):
        aiedge.load(path, engine="onnxruntime")


@pytest.mark.parametrize("engine", PACKAGES)
def test_a_damaged_file_is_refused(tmp_path: Path, engine: str) -> None:
    path = tmp_path / ("broken.onnx" if engine == "onnxruntime" else "broken.tflite")
    path.write_bytes(b"TFL3" * 40)
    with pytest.raises(EngineError, match="AIE-ENG-007"):
        aiedge.load(path, engine=engine)


@pytest.mark.parametrize("engine", PACKAGES)
def test_a_missing_package_is_named(tiny: Path, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    path = tiny if engine != "onnxruntime" else tiny.rename(tiny.with_suffix(".onnx"))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGES[engine]]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, PACKAGES[engine], None)
    with pytest.raises(EngineError, match=rf"AIE-ENG-006.*pip install 'aiedge\[{engine}\]'"):
        aiedge.load(path, engine=engine)


@pytest.mark.parametrize(
    ("engine", "suffix", "code"),
    [
        ("native", ".onnx", "AIE-MOD-040"),
        ("tflite", ".onnx", "AIE-ENG-008"),
        ("openvino", ".aie", "AIE-ENG-008"),
        ("onnxruntime", ".tflite", "AIE-ENG-008"),
    ],
)
def test_a_file_of_another_format_is_refused(tmp_path: Path, engine: str, suffix: str, code: str) -> None:
    path = tmp_path / f"model{suffix}"
    path.write_bytes(b"")
    with pytest.raises((ModelError, EngineError), match=code):
        aiedge.load(path, engine=engine)
