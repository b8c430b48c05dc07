"""What ONNX Runtime's quantize_static makes of a network in float, in every form, is imported and gives its results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import helper
from onnx_builder import OnnxBuilder, run_onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from aiedge.model.compile import import_model
from aiedge.model.ir.interpret import interpret

SHAPE = (1, 3, 12, 10)


def _floats(seed: int) -> NDArray[np.float32]:
    return np.random.default_rng(seed).uniform(-1, 1, SHAPE).astype(np.float32)


class Samples(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self) -> None:
        self.left = 8

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        self.left -= 1
        return {"x": _floats(self.left)} if self.left >= 0 else None


def _network(path: Path) -> Path:
    """Two convolutions, one of them beside a shortcut, a pool, squeeze and excite, a product, sigmoid at the end."""
    rng = np.random.default_rng(3)

    def weights(*shape: int) -> str:
        return b.constant(rng.normal(0, 0.4, shape).astype(np.float32))

    b = OnnxBuilder()
    y = b.node("Relu", b.node("Conv", b.input("x", SHAPE), weights(8, 3, 3, 3), weights(8), pads=[1] * 4))
    y = b.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    z = b.node("Conv", y, weights(8, 1, 3, 3), weights(8), pads=[1] * 4, group=8)
    y = b.node("Add", b.node("HardSwish", z), y)
    gate = b.node("Sigmoid", b.node("Conv", b.node("GlobalAveragePool", y), weights(8, 8, 1, 1), weights(8)))
    y = b.node("Concat", b.node("Mul", y, gate), y, axis=1)
    y = b.node("Flatten", b.node("AveragePool", y, kernel_shape=[2, 5], strides=[2, 5]))
    y = b.node("Sigmoid", b.node("Gemm", y, weights(7, 48), weights(7), transB=1))
    model = b.proto(y)
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info(y, 1, [1, 7]))
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "form", ["QUInt8 QInt8", "QUInt8 QInt8 channels", "QInt8 QInt8", "QInt8 QInt8 channels", "QUInt8 QUInt8"]
)
@pytest.mark.parametrize("written", ["QDQ", "QOperator"])
def test_each_form(tmp_path: Path, written: str, form: str) -> None:
    activation, weight = (QuantType[name] for name in form.split()[:2])
    path = tmp_path / "quantized.onnx"
    quantize_static(
        _network(tmp_path / "float.onnx"),
        path,
        Samples(),
        quant_format=QuantFormat[written],
        activation_type=activation,
        weight_type=weight,
        per_channel=form.endswith("channels"),
    )
    graph = import_model(path.read_bytes(), "q.onnx")
    x, y = (graph.tensors[i].quantization for i in (*graph.inputs, *graph.outputs))
    assert x is not None
    assert y is not None
    dtype = graph.tensors[graph.inputs[0]].dtype
    limits = np.iinfo(dtype)
    for seed in range(20, 25):
        integers = np.clip(np.rint(_floats(seed) / x.scale) + x.zero_point, limits.min, limits.max).astype(
            dtype
        )
        floats = (integers.astype(np.float32) - np.float32(x.zero_point)) * x.scale
        ours = (interpret(graph, [integers])[0].astype(np.float32) - np.float32(y.zero_point)) * y.scale
        steps = np.abs(ours - run_onnxruntime(path.read_bytes(), floats)[0]) / y.scale
        assert steps.max() < 3.5
        assert np.ptp(ours) > 0.1
