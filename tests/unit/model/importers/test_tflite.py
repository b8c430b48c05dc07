"""What the importer makes of a file, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable

import litert
import numpy as np
import pytest
from tflite_builder import TfliteBuilder
from tflite_models import SAME, VALID, everything

from aiedge.errors import ModelError
from aiedge.model.compile import import_model
from aiedge.model.importers.tflite import import_tflite
from aiedge.model.ir.interpret import interpret
from aiedge.model.ir.ops import Conv2D, FullyConnected, Reshape


def conv(size: int, taps: int, stride: int, dilation: int, padding: int, activation: int = 0) -> Conv2D:
    t = TfliteBuilder()
    extent = (taps - 1) * dilation + 1
    out = -(-size // stride) if padding == SAME else (size - extent) // stride + 1
    x = t.tensor((1, size, size, 1), "int8", 0.5, 3)
    w = t.tensor((1, taps, taps, 1), "int8", 0.5, 0, data=np.ones((1, taps, taps, 1), np.int8))
    y = t.tensor((1, out, out, 1), "int8", 0.1, -20)
    t.operator(
        "CONV_2D",
        [x, w, -1],
        [y],
        Padding=padding,
        StrideH=stride,
        StrideW=stride,
        DilationHFactor=dilation,
        DilationWFactor=dilation,
        FusedActivationFunction=activation,
    )
    op = import_model(t.build([x], [y]), "m").nodes[0].op
    assert isinstance(op, Conv2D)
    return op


@pytest.mark.parametrize(
    ("size", "taps", "stride", "dilation", "pads"),
    [
        (8, 3, 1, 1, (1, 1)),
        (8, 3, 2, 1, (0, 1)),
        (7, 3, 2, 1, (1, 1)),
        (8, 2, 1, 1, (0, 1)),
        (9, 3, 1, 2, (2, 2)),
        (8, 1, 2, 1, (0, 0)),
    ],
)
def test_same_padding_becomes_explicit(
    size: int, taps: int, stride: int, dilation: int, pads: tuple[int, int]
) -> None:
    op = conv(size, taps, stride, dilation, SAME)
    assert (op.pad_top, op.pad_bottom) == (op.pad_left, op.pad_right) == pads


def test_valid_padding_is_none() -> None:
    op = conv(9, 3, 2, 2, VALID)
    assert (op.pad_top, op.pad_bottom, op.pad_left, op.pad_right) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("activation", "clamp"), [(0, (-128, 127)), (1, (-20, 127)), (2, (-30, -10)), (3, (-20, 40))]
)
def test_a_fused_activation_becomes_a_clamp(activation: int, clamp: tuple[int, int]) -> None:
    op = conv(8, 3, 1, 1, SAME, activation)
    assert (op.clamp_min, op.clamp_max) == clamp


def test_a_missing_bias_becomes_zeros() -> None:
    graph = import_tflite(everything(), "m")
    node = next(node for node in graph.nodes if isinstance(node.op, FullyConnected))
    bias = graph.tensors[node.inputs[2]]
    assert bias.data is not None
    assert bias.data.tolist() == [0] * 5


def test_a_bias_with_a_channel_axis_that_it_does_not_have() -> None:
    # person_detect of tflite-micro; LiteRT itself refuses it
    t = TfliteBuilder()
    x = t.tensor((1, 2, 2, 1), "int8", 0.5, 0)
    w = t.tensor((1, 1, 1, 2), "int8", [0.5, 0.25], [0, 0], axis=3, data=np.ones((1, 1, 1, 2), np.int8))
    bias = t.tensor((2,), "int32", [0.25, 0.125], [0, 0], axis=3, data=np.array([4, 8], np.int32))
    y = t.tensor((1, 2, 2, 2), "int8", 0.5, 0)
    t.operator("DEPTHWISE_CONV_2D", [x, w, bias], [y], StrideH=1, StrideW=1, DepthMultiplier=2)
    graph = import_model(t.build([x], [y]), "m")
    (out,) = interpret(graph, [np.full((1, 2, 2, 1), 4, np.int8)])
    assert out[0, 0, 0].tolist() == [4, 3]  # (4 + 4) * 0.5, then (4 + 8) * 0.25


def test_operator_codes_of_old_files() -> None:
    old = TfliteBuilder(legacy_codes=True)
    x, y = (old.tensor((1, 4), dtype, 1.0, 0) for dtype in ("int8", "int8"))
    old.operator("QUANTIZE", [x], [y])
    assert import_model(old.build([x], [y]), "m").nodes[0].op.NAME == "requantize"


def test_data_after_the_flatbuffer() -> None:
    t = TfliteBuilder()
    x = t.tensor((2, 3), "int8", 0.5, 3)
    w = t.tensor((2, 3), "int8", 0.25, 0, data=np.arange(6, dtype=np.int8).reshape(2, 3))
    bias = t.tensor((2,), "int32", 0.125, 0, data=np.array([100, -100], np.int32))
    y = t.tensor((2, 2), "int8", 0.5, 0)
    t.operator("FULLY_CONNECTED", [x, w, bias], [y])
    values = [np.array([[1, 2, 3], [4, 5, 6]], np.int8)]
    inside, outside = (import_model(t.build([x], [y], external=external), "m") for external in (False, True))
    np.testing.assert_array_equal(interpret(inside, values)[0], interpret(outside, values)[0])


def test_fully_connected_of_more_axes() -> None:
    t = TfliteBuilder()
    x = t.tensor((2, 2, 3), "int8", 0.5, 3)
    w = t.tensor((4, 3), "int8", 0.25, 0, data=np.arange(12, dtype=np.int8).reshape(4, 3))
    y = t.tensor((4, 4), "int8", 0.5, 0)
    t.operator("FULLY_CONNECTED", [x, w, -1], [y])
    model = t.build([x], [y])
    values = [np.arange(12, dtype=np.int8).reshape(2, 2, 3)]
    expected = litert.LiteRT(model).run(values)[0]
    np.testing.assert_array_equal(interpret(import_model(model, "m"), values)[0], expected)


def test_a_reshape_keeps_the_elements() -> None:
    graph = import_tflite(everything(), "m")
    node = next(node for node in graph.nodes if isinstance(node.op, Reshape))
    assert len(node.inputs) == 1
    assert graph.tensors[node.outputs[0]].shape == (1, 4)


def _unary(kind: str, dtype: str = "int8", shape: tuple[int, ...] = (1, 4), **options: int) -> bytes:
    t = TfliteBuilder()
    x, y = (t.tensor(shape, dtype, 0.5, 0) for _ in range(2))
    t.operator(kind, [x], [y], **options)
    return t.build([x], [y])


def _subgraphs() -> bytes:
    t = TfliteBuilder(subgraphs=2)
    x, y = (t.tensor((1, 4), "int8", 0.5, 0) for _ in range(2))
    t.operator("QUANTIZE", [x], [y])
    return t.build([x], [y])


def _weights(
    shape: tuple[int, ...], scales: list[float], zeros: list[int], axis: int = 0, values: int = 12
) -> bytes:
    t = TfliteBuilder()
    x = t.tensor((1, 3), "int8", 0.5, 0)
    w = t.tensor(shape, "int8", scales, zeros, axis, np.zeros(values, np.int8))
    y = t.tensor((1, 4), "int8", 0.5, 0)
    t.operator("FULLY_CONNECTED", [x, w, -1], [y])
    return t.build([x], [y])


def _indices(inputs: list[int], outputs: list[int]) -> bytes:
    t = TfliteBuilder()
    x, y = (t.tensor((1, 4), "int8", 0.5, 0) for _ in range(2))
    t.operator("QUANTIZE", inputs, outputs)
    return t.build([x], [y])


def _different_shapes() -> bytes:
    t = TfliteBuilder()
    a, b, y = (t.tensor(shape, "int8", 0.5, 0) for shape in ((1, 4), (3,), (1, 4)))
    t.operator("ADD", [a, b], [y])
    return t.build([a, b], [y])


def _unquantized() -> bytes:
    t = TfliteBuilder()
    x, y = (t.tensor((1, 4), "int8") for _ in range(2))
    t.operator("QUANTIZE", [x], [y])
    return t.build([x], [y])


def _mean_over(axes: list[int]) -> bytes:
    t = TfliteBuilder()
    x = t.tensor((1, 2, 2, 3), "int8", 0.5, 0)
    axis = t.tensor((len(axes),), "int32", data=np.array(axes, np.int32))
    y = t.tensor((1, 3), "int8", 0.5, 0)
    t.operator("MEAN", [x, axis], [y])
    return t.build([x], [y])


@pytest.mark.parametrize(
    ("make", "code", "text"),
    [
        (lambda: _unary("COS"), "AIE-MOD-005", "COS"),
        (lambda: _unary("NEG"), "AIE-MOD-010", "a NEG of integers"),
        (lambda: _unary("CUSTOM"), "AIE-MOD-005", "CUSTOM"),
        (lambda: _unary("SOFTMAX", "float16"), "AIE-MOD-006", "float16"),
        (lambda: _unary("SOFTMAX", "int16"), "AIE-MOD-006", "int16"),
        (lambda: _unary("QUANTIZE", "int32"), "AIE-MOD-009", "int32"),
        (lambda: _unary("QUANTIZE", shape=(-1, 4)), "AIE-MOD-008", "[-1, 4]"),
        (lambda: _unary("QUANTIZE", shape=(0, 4)), "AIE-MOD-008", "[0, 4]"),
        (lambda: _unary("QUANTIZE", shape=(1 << 20, 1 << 20)), "AIE-MOD-017", "elements"),
        (lambda: _unary("QUANTIZE", shape=(1,) * 7), "AIE-MOD-017", "7 axes"),
        (lambda: _unary("AVERAGE_POOL_2D"), "AIE-MOD-009", "instead of 4"),
        (lambda: _unary("AVERAGE_POOL_2D", shape=(1, 4, 4, 1)), "AIE-MOD-009", "less than 1"),
        (lambda: _unary("ADD"), "AIE-MOD-009", "needs 2"),
        (_unquantized, "AIE-MOD-006", "without a scale"),
        (_subgraphs, "AIE-MOD-010", "2 subgraphs"),
        (_different_shapes, "AIE-MOD-009", "do not fit together"),
        (lambda: _mean_over([1, 3]), "AIE-MOD-010", "MEAN over axes"),
        (lambda: _mean_over([4]), "AIE-MOD-010", "MEAN over axes"),
        (lambda: _weights((4, 3), [0.5, 0.5], [0, 0]), "AIE-MOD-009", "2 scales on axis 0"),
        (lambda: _weights((4, 3), [0.5] * 4, [0] * 4, axis=9), "AIE-MOD-009", "axis 9"),
        (lambda: _weights((4, 3), [0.5] * 3, [0] * 3, axis=1), "AIE-MOD-009", "axis 0"),
        (lambda: _weights((4, 3), [0.5] * 4, [0, 0, 0]), "AIE-MOD-009", "3 zero points"),
        (lambda: _weights((4, 3), [0.0], [0]), "AIE-MOD-009", "positive"),
        (lambda: _weights((4, 3), [float("nan")], [0]), "AIE-MOD-009", "positive"),
        (lambda: _weights((4, 3), [1e-40], [0]), "AIE-MOD-009", "too far apart"),
        (lambda: _weights((4, 3), [0.5], [128]), "AIE-MOD-009", "zero point is outside"),
        (lambda: _weights((4, 3), [0.5], [0], values=11), "AIE-MOD-009", "11 bytes"),
        (lambda: _weights((3, 4), [0.5], [0]), "AIE-MOD-009", "weights read 4"),
        (lambda: _indices([2], [1]), "AIE-MOD-004", "tensor 2 of 2"),
        (lambda: _indices([-2], [1]), "AIE-MOD-004", "tensor -2 of 2"),
        (lambda: _indices([-1], [1]), "AIE-MOD-009", "needs 1"),
        (lambda: _indices([0], [-1]), "AIE-MOD-004", "absent"),
        (lambda: _indices([0], []), "AIE-MOD-009", "0 outputs"),
        (lambda: _indices([0], [0]), "AIE-MOD-009", "value already"),
        (lambda: _indices([1], [1]), "AIE-MOD-009", "not computed before"),
        (lambda: _indices([0] * 300, [1]), "AIE-MOD-017", "300 inputs"),
    ],
)
def test_refused(make: Callable[[], bytes], code: str, text: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(make(), "m.tflite")
    assert caught.value.code == code
    assert text in caught.value.what
    assert caught.value.where.startswith("m.tflite")
