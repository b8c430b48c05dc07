"""The same bits: native core, NumPy oracle and LiteRT on every shared quantized model, no output element differs."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import litert
import numpy as np
import pytest
from numpy.typing import NDArray

import aiedge
from aiedge import _native
from aiedge.cli.read_input import read_input
from aiedge.model.compile import compile_model, import_model
from aiedge.model.ir.interpret import interpret

MODELS = (
    "mlperf_tiny_ad_int8",
    "mlperf_tiny_ic_int8",
    "mlperf_tiny_kws_int8",
    "mlperf_tiny_sww_int8",
    "mlperf_tiny_vww_int8",
    "mobilenet_v1_0.25_128_uint8",
    "mobilenet_v2_1.0_224_int8_per_channel",
    "mobilenet_v2_1.0_224_uint8",
)
PICTURE_MODELS = tuple(name for name in MODELS if name.split("_")[2] not in ("ad", "kws", "sww"))
PICTURES = ("bird.bmp", "cat.bmp", "grace_hopper.bmp", "hot_dog.jpg")
RANDOM_INPUTS = 20


class Three:
    """One model three times: in the native core, in the oracle and in LiteRT."""

    def __init__(self, path: Path) -> None:
        assert version("ai-edge-litert") == litert.COMPARABLE_VERSION
        data = path.read_bytes()
        self.native = aiedge.load(path)
        self.graph = import_model(data, path.name)
        self.litert = litert.LiteRT(data)

    def assert_equal(self, inputs: list[NDArray[Any]]) -> None:
        expected = self.litert.run(inputs)
        native = self.native(*inputs)
        for ours in (native if isinstance(native, tuple) else (native,), interpret(self.graph, inputs)):
            for a, b in zip(ours, expected, strict=True):
                assert a.dtype == b.dtype
                np.testing.assert_array_equal(a, b)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", MODELS)
def test_random_inputs(shared: Path, name: str) -> None:
    three = Three(shared / "models" / f"{name}.tflite")
    rng = np.random.default_rng(sum(name.encode()))
    for _ in range(RANDOM_INPUTS):
        three.assert_equal(three.litert.random_inputs(rng))


@pytest.mark.shared_data
@pytest.mark.parametrize("name", PICTURE_MODELS)
def test_photographs(shared: Path, name: str) -> None:
    three = Three(shared / "models" / f"{name}.tflite")
    for picture in PICTURES:
        three.assert_equal([read_input(shared / "data" / "images" / picture, three.native.inputs[0])])


@pytest.mark.shared_data
def test_all_keyword_samples(shared: Path) -> None:
    three = Three(shared / "models" / "mlperf_tiny_kws_int8.tflite")
    samples = sorted((shared / "data" / "kws01").glob("*.bin"))
    assert len(samples) == 500
    right = 0
    for path in samples:
        tensor = read_input(path, three.native.inputs[0])
        three.assert_equal([tensor])
        scores = three.native(tensor)
        assert isinstance(scores, np.ndarray)
        right += int(np.argmax(scores)) == int(path.stem.rsplit("_", 1)[1])
    assert right == 449  # LiteRT's, by the same bits


@pytest.mark.shared_data
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("isa", _native.instruction_sets())
def test_every_instruction_set_and_thread_count(shared: Path, isa: str, threads: int) -> None:
    """The small models and two inputs each: the kernels' own tests go through all shapes."""
    rng = np.random.default_rng(3)
    for name in MODELS[:5]:
        path = shared / "models" / f"{name}.tflite"
        model = _native.Model(compile_model(path), threads=threads, isa=isa)
        peer = litert.LiteRT(path.read_bytes())
        outs = [np.zeros(info.shape, info.dtype) for info in model.outputs]
        for _ in range(2):
            inputs = peer.random_inputs(rng)
            model.run(inputs, outs)
            for ours, expected in zip(outs, peer.run(inputs), strict=True):
                np.testing.assert_array_equal(ours, expected)
