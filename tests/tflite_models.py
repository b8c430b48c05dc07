"""Random .tflite models of one operator, and one small model with all of them; LiteRT accepts each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_builder import TfliteBuilder

LOWEST = {"int8": -128, "uint8": 0, "float32": 0}
SAME, VALID = 0, 1
ACTIVATIONS = 4  # NONE, RELU, RELU_N1_TO_1, RELU6


class Draw:
    """Draws shapes, scales, zero points and weights, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def whole(self, low: int, high: int) -> int:
        """``low`` to ``high``, both included."""
        return int(self.rng.integers(low, high + 1))

    def scale(self, low: float, high: float) -> float:
        """A float32, log-uniform."""
        return float(np.float32(np.exp(self.rng.uniform(np.log(low), np.log(high)))))

    def zero_point(self, dtype: str) -> int:
        return LOWEST[dtype] + self.whole(0, 255)

    def activation(self) -> int:
        return self.whole(0, ACTIVATIONS - 1)

    def window(self) -> Window:
        """Sizes, strides, dilations and padding that give at least one window."""
        while True:
            height, width = self.whole(1, 13), self.whole(1, 13)
            kernel = self.whole(1, 5), self.whole(1, 5)
            stride = self.whole(1, 3), self.whole(1, 3)
            dilation = (self.whole(1, 3), self.whole(1, 3)) if self.whole(0, 1) else (1, 1)
            window = Window(height, width, kernel, stride, dilation, self.whole(SAME, VALID))
            if min(window.output()) >= 1:
                return window


@dataclass(frozen=True)
class Window:
    """How a window moves over an image."""

    height: int
    width: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: int

    def output(self) -> tuple[int, int]:
        """How many windows fit (TensorFlow's formulas for SAME and VALID)."""
        rows, columns = (
            -(-size // stride) if self.padding == SAME else (size - (taps - 1) * step - 1) // stride + 1
            for size, taps, stride, step in zip(
                (self.height, self.width), self.kernel, self.stride, self.dilation, strict=True
            )
        )
        return rows, columns

    def options(self) -> dict[str, int]:
        return {
            "Padding": self.padding,
            "StrideH": self.stride[0],
            "StrideW": self.stride[1],
            "DilationHFactor": self.dilation[0],
            "DilationWFactor": self.dilation[1],
        }


def convolution(draw: Draw, dtype: str, depthwise: bool) -> bytes:
    """CONV_2D or DEPTHWISE_CONV_2D; int8 weights per tensor or per channel, uint8 per tensor."""
    window = draw.window()
    batch, depth = draw.whole(1, 2), draw.whole(1, 20)
    multiplier = draw.whole(1, 3)
    channels = depth * multiplier if depthwise else draw.whole(1, 20)
    shape = (1, *window.kernel, channels) if depthwise else (channels, *window.kernel, depth)
    taps = int(np.prod(window.kernel)) * (1 if depthwise else depth)
    t = TfliteBuilder()
    x_scale = draw.scale(1e-3, 1)
    x = t.tensor((batch, window.height, window.width, depth), dtype, x_scale, draw.zero_point(dtype))
    weights, bias, typical = _weights(t, draw, dtype, shape, 3 if depthwise else 0, x_scale)
    y_scale = float(np.float32(typical * np.sqrt(taps) * draw.scale(0.4, 7)))
    y = t.tensor((batch, *window.output(), channels), dtype, y_scale, draw.zero_point(dtype))
    options = window.options() | {"FusedActivationFunction": draw.activation()}
    if depthwise:
        t.operator("DEPTHWISE_CONV_2D", [x, weights, bias], [y], DepthMultiplier=multiplier, **options)
    else:
        t.operator("CONV_2D", [x, weights, bias], [y], **options)
    return t.build([x], [y])


def fully_connected(draw: Draw, dtype: str) -> bytes:
    """FULLY_CONNECTED; with and without a bias."""
    rows, depth, channels = draw.whole(1, 4), draw.whole(1, 80), draw.whole(1, 40)
    t = TfliteBuilder()
    x_scale = draw.scale(1e-3, 1)
    x = t.tensor((rows, depth), dtype, x_scale, draw.zero_point(dtype))
    weights, bias, typical = _weights(t, draw, dtype, (channels, depth), 0, x_scale)
    y_scale = float(np.float32(typical * np.sqrt(depth) * draw.scale(0.4, 7)))
    y = t.tensor((rows, channels), dtype, y_scale, draw.zero_point(dtype))
    inputs = [x, weights, bias if draw.whole(0, 3) else -1]
    t.operator("FULLY_CONNECTED", inputs, [y], FusedActivationFunction=draw.activation())
    return t.build([x], [y])


def broadcast_shapes(draw: Draw) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Shapes of two operands and of what they make: equal, a scalar, channels, squeeze-excite, any other."""
    full = (draw.whole(1, 2), draw.whole(1, 6), draw.whole(1, 6), draw.whole(1, 40))
    n, height, width, channels = full
    forms = (
        (full, full), (full, (1,)), ((1, 1, 1, 1), full), (full, (1, 1, 1, channels)), (full, (channels,)),
        (full, (n, 1, 1, channels)), ((n, 1, 1, channels), full), (full, (n, height, width, 1)),
        ((n, 1, width, channels), (1, height, 1, channels)), ((1, draw.whole(1, 400)),) * 2,
    )  # fmt: skip
    a, b = forms[draw.whole(0, len(forms) - 1)]
    return a, b, tuple(np.broadcast_shapes(a, b))


def sum_of_two(kind: str, draw: Draw, dtype: str) -> bytes:
    """ADD or SUB within the scales for which LiteRT uses XNNPACK; one operand may be constant."""
    y_scale = draw.scale(1e-3, 1)
    scales = [float(np.float32(y_scale * draw.scale(2**-9.9, 2**7.9))) for _ in range(2)]
    return _of_two(kind, draw, dtype, scales, y_scale, FusedActivationFunction=draw.activation())


def mul(draw: Draw, dtype: str) -> bytes:
    """MUL; products that lie half-way between two integers are likely."""
    exact = draw.whole(0, 1)
    scales = [2.0 ** draw.whole(-9, 0) if exact else draw.scale(1e-3, 1) for _ in range(2)]
    ratio = 2.0 ** draw.whole(-15, 4) if exact else draw.scale(2**-15.9, 2**7.9)
    y_scale = float(np.float32(scales[0] * scales[1] / ratio))
    return _of_two("MUL", draw, dtype, scales, y_scale, FusedActivationFunction=draw.activation())


def extremum(kind: str, draw: Draw, dtype: str) -> bytes:
    """MINIMUM or MAXIMUM, all of one quantization."""
    a_shape, b_shape, y_shape = broadcast_shapes(draw)
    scale, zero_point = draw.scale(1e-3, 1), draw.zero_point(dtype)
    t = TfliteBuilder()
    a, b, y = (t.tensor(shape, dtype, scale, zero_point) for shape in (a_shape, b_shape, y_shape))
    t.operator(kind, [a, b], [y])
    return t.build([a, b], [y])


def prelu(draw: Draw, dtype: str) -> bytes:
    """PRELU with slopes for each channel, for each position and channel, or one."""
    _, height, width, channels = shape = (1, draw.whole(1, 6), draw.whole(1, 6), draw.whole(1, 40))
    slopes = ((1, 1, channels), (channels,), (1, 1, 1), (height, width, channels))[draw.whole(0, 3)]
    t = TfliteBuilder()
    x = t.tensor(shape, dtype, draw.scale(1e-2, 1), draw.zero_point(dtype))
    data = draw.rng.integers(LOWEST[dtype], LOWEST[dtype] + 256, slopes).astype(dtype)
    slope = t.tensor(slopes, dtype, draw.scale(1e-3, 0.1), draw.zero_point(dtype), data=data)
    y = t.tensor(shape, dtype, draw.scale(1e-2, 1), draw.zero_point(dtype))
    t.operator("PRELU", [x, slope], [y])
    return t.build([x], [y])


def _of_two(
    kind: str, draw: Draw, dtype: str, scales: Sequence[float], y_scale: float, **options: int
) -> bytes:
    *shapes, y_shape = broadcast_shapes(draw)
    t = TfliteBuilder()
    operands, inputs = [], []
    constant = draw.whole(0, 3)  # which operand is: none for 2 and 3
    for number, (shape, scale) in enumerate(zip(shapes, scales, strict=True)):
        data = draw.rng.integers(LOWEST[dtype], LOWEST[dtype] + 256, shape).astype(dtype)
        given = data if number == constant else None
        operands.append(t.tensor(shape, dtype, scale, draw.zero_point(dtype), data=given))
        if number != constant:
            inputs.append(operands[-1])
    y = t.tensor(y_shape, dtype, y_scale, draw.zero_point(dtype))
    t.operator(kind, operands, [y], **options)
    return t.build(inputs, [y])


def pool(kind: str, draw: Draw, dtype: str) -> bytes:
    """AVERAGE_POOL_2D or MAX_POOL_2D; bounds of an activation may lie half-way between two integers."""
    window = draw.window()
    depth, scale, zero_point = draw.whole(1, 40), draw.scale(1e-3, 1), draw.zero_point(dtype)
    if draw.whole(0, 1):
        scale = float(np.float32((1, 6)[draw.whole(0, 1)] / (draw.whole(0, 100) + 0.5)))
    window = Window(window.height, window.width, window.kernel, window.stride, (1, 1), window.padding)
    t = TfliteBuilder()
    x = t.tensor((1, window.height, window.width, depth), dtype, scale, zero_point)
    y = t.tensor((1, *window.output(), depth), dtype, scale, zero_point)
    options = {name: value for name, value in window.options().items() if not name.startswith("Dilation")}
    options |= {"FilterHeight": window.kernel[0], "FilterWidth": window.kernel[1]}
    t.operator(kind, [x], [y], FusedActivationFunction=draw.activation(), **options)
    return t.build([x], [y])


def reduction(kind: str, draw: Draw, dtype: str) -> bytes:
    """MEAN or SUM over neighbouring axes, any of them; also with equal scales."""
    shape = tuple(draw.whole(1, 9) for _ in range(draw.whole(1, 4)))
    first = draw.whole(0, len(shape) - 1)
    axes = list(range(first, draw.whole(first, len(shape) - 1) + 1))
    keep = bool(draw.whole(0, 1))
    scale, zero_point = draw.scale(1e-3, 1), draw.zero_point(dtype)
    t = TfliteBuilder()
    x = t.tensor(shape, dtype, scale, zero_point)
    given = [axis - len(shape) if draw.whole(0, 1) else axis for axis in axes]
    settings = t.tensor((len(axes),), "int32", data=np.array(given, np.int32))
    if draw.whole(0, 1):
        scale = float(np.float32(scale * draw.scale(0.2, 5)))
    if draw.whole(0, 1):
        zero_point = draw.zero_point(dtype)
    y_shape = [1 if i in axes else size for i, size in enumerate(shape) if keep or i not in axes]
    y = t.tensor(y_shape, dtype, scale, zero_point)
    t.operator(kind, [x, settings], [y], KeepDims=keep)
    return t.build([x], [y])


def mean(draw: Draw, dtype: str) -> bytes:
    """MEAN over height and width; also with equal scales, where means lie half-way between two integers."""
    batch, depth, keep = draw.whole(1, 2), draw.whole(1, 40), bool(draw.whole(0, 1))
    scale, zero_point = draw.scale(1e-3, 1), draw.zero_point(dtype)
    t = TfliteBuilder()
    x = t.tensor((batch, draw.whole(1, 20), draw.whole(1, 20), depth), dtype, scale, zero_point)
    axes = t.tensor((2,), "int32", data=np.array([[1, 2], [2, 1], [-3, -2]][draw.whole(0, 2)], np.int32))
    if draw.whole(0, 1):
        scale = float(np.float32(scale * draw.scale(0.2, 5)))
    if draw.whole(0, 1):
        zero_point = draw.zero_point(dtype)
    y = t.tensor((batch, 1, 1, depth) if keep else (batch, depth), dtype, scale, zero_point)
    t.operator("MEAN", [x, axes], [y], KeepDims=keep)
    return t.build([x], [y])


def softmax(draw: Draw, dtype: str) -> bytes:
    """SOFTMAX with the only output quantization that LiteRT takes."""
    shape = (draw.whole(1, 5), draw.whole(1, 60))
    t = TfliteBuilder()
    x = t.tensor(shape, dtype, draw.scale(1e-3, 0.5), draw.zero_point(dtype))
    y = t.tensor(shape, dtype, 1 / 256, LOWEST[dtype])
    t.operator("SOFTMAX", [x], [y], Beta=(1.0, 0.5, draw.scale(0.1, 3))[draw.whole(0, 2)])
    return t.build([x], [y])


def lookup(kind: str, draw: Draw, dtype: str) -> bytes:
    """A function of one tensor, of all 256 values; scales at random, powers of two, equal ones, usual ones."""
    fixed = {"LOGISTIC": (1 / 256, LOWEST[dtype]), "TANH": (1 / 128, LOWEST[dtype] + 128)}
    x_scale = draw.scale(1e-3, 2) if draw.whole(0, 1) else 2.0 ** draw.whole(-9, 1)
    y_scale = (draw.scale(1e-3, 1), 2.0 ** draw.whole(-10, 1), x_scale)[draw.whole(0, 2)]
    x_zero, y_zero = draw.zero_point(dtype), draw.zero_point(dtype)
    if kind == "HARD_SWISH":
        y_scale = float(np.float32(x_scale * draw.scale(2**-6.9, 2**7.9)))
    if draw.whole(0, 2) == 0:
        y_scale, y_zero = fixed.get(kind, (x_scale, x_zero))
    t = TfliteBuilder()
    x = t.tensor((1, 256), dtype, x_scale, x_zero)
    y = t.tensor((1, 256), dtype, y_scale, y_zero)
    options: dict[str, float | bool] = {}
    if kind == "LEAKY_RELU":
        options["Alpha"] = draw.scale(1e-4, 20) * (1, 1, -1)[draw.whole(0, 2)]
    if kind == "GELU":
        options["Approximate"] = bool(draw.whole(0, 1))
    t.operator(kind, [x], [y], **options)
    return t.build([x], [y])


def reshape(draw: Draw, dtype: str) -> bytes:
    """RESHAPE to a shape that stands in a constant."""
    a, b, c = (draw.whole(1, 9) for _ in range(3))
    shape = ((a, b * c), (a * b * c,), (1, c, b, a))[draw.whole(0, 2)]
    scale, zero_point = draw.scale(1e-3, 1), draw.zero_point(dtype)
    t = TfliteBuilder()
    x = t.tensor((a, b, c), dtype, scale, zero_point)
    target = t.tensor((len(shape),), "int32", data=np.array(shape, np.int32))
    y = t.tensor(shape, dtype, scale, zero_point)
    t.operator("RESHAPE", [x, target], [y])
    return t.build([x], [y])


def quantize(draw: Draw, dtype: str) -> bytes:
    """QUANTIZE to either type; equal scales, powers of two and any ratio."""
    to = ("int8", "uint8")[draw.whole(0, 1)]
    scale = draw.scale(1e-3, 1)
    ratio = (1.0, 2.0 ** draw.whole(-12, 12), draw.scale(1 / 400, 200))[draw.whole(0, 2)]
    shape = (1, 256)
    t = TfliteBuilder()
    x = t.tensor(shape, dtype, scale, draw.zero_point(dtype))
    y = t.tensor(shape, to, float(np.float32(scale / ratio)), draw.zero_point(to))
    t.operator("QUANTIZE", [x], [y])
    return t.build([x], [y])


def everything(dtype: str = "int8") -> bytes:
    """A chain of all nine operators, a few kilobytes."""
    draw = Draw(5)
    t = TfliteBuilder()
    zero = LOWEST[dtype] + 100
    x = t.tensor((1, 8, 8, 3), dtype, 0.5, zero, name="camera")
    w1, b1, _ = _weights(t, draw, dtype, (4, 3, 3, 3), 0, 0.5)
    c1 = t.tensor((1, 8, 8, 4), dtype, 4.0, zero, name="conv")
    t.operator("CONV_2D", [x, w1, b1], [c1], FusedActivationFunction=3, Padding=SAME, StrideH=1, StrideW=1)
    w2, b2, _ = _weights(t, draw, dtype, (1, 3, 3, 4), 3, 4.0)
    c2 = t.tensor((1, 8, 8, 4), dtype, 8.0, zero, name="depthwise")
    strides = {"StrideH": 1, "StrideW": 1}
    t.operator("DEPTHWISE_CONV_2D", [c1, w2, b2], [c2], DepthMultiplier=1, Padding=SAME, **strides)
    added = t.tensor((1, 8, 8, 4), dtype, 9.0, zero, name="sum")
    t.operator("ADD", [c1, c2], [added], FusedActivationFunction=1)
    pooled = t.tensor((1, 4, 4, 4), dtype, 9.0, zero, name="pooled")
    pool = {"Padding": VALID, "StrideH": 2, "StrideW": 2, "FilterHeight": 2, "FilterWidth": 2}
    t.operator("AVERAGE_POOL_2D", [added], [pooled], **pool)
    axes = t.tensor((2,), "int32", data=np.array([1, 2], np.int32), name="axes")
    averaged = t.tensor((1, 1, 1, 4), dtype, 3.0, zero, name="mean")
    t.operator("MEAN", [pooled, axes], [averaged], KeepDims=True)
    shape = t.tensor((2,), "int32", data=np.array([1, 4], np.int32), name="shape")
    flat = t.tensor((1, 4), dtype, 3.0, zero, name="flat")
    t.operator("RESHAPE", [averaged, shape], [flat])
    w3, _, _ = _weights(t, draw, dtype, (5, 4), 0, 3.0)
    logits = t.tensor((1, 5), dtype, 0.25, zero, name="logits")
    t.operator("FULLY_CONNECTED", [flat, w3], [logits])
    scores = t.tensor((1, 5), dtype, 1 / 256, LOWEST[dtype], name="scores")
    t.operator("SOFTMAX", [logits], [scores], Beta=1.0)
    other = "uint8" if dtype == "int8" else "int8"
    y = t.tensor((1, 5), other, 1 / 256, LOWEST[other], name="quantized")
    t.operator("QUANTIZE", [scores], [y])
    return t.build([x], [y])


def _weights(
    t: TfliteBuilder, draw: Draw, dtype: str, shape: tuple[int, ...], axis: int, x_scale: float
) -> tuple[int, int, float]:
    """Tensors of weights and bias, and the typical size of one product."""
    channels = shape[axis]
    data: NDArray[Any]
    if dtype == "float32":
        data, values = draw.rng.normal(0, 1, shape), draw.rng.normal(0, 1, channels)
        weights = t.tensor(shape, dtype, data=data.astype(np.float32))
        return weights, t.tensor((channels,), dtype, data=values.astype(np.float32)), 1.0
    if dtype == "uint8":
        data, count, zero_point = draw.rng.integers(0, 256, shape, np.uint8), 1, draw.whole(0, 255)
    else:
        data, zero_point = draw.rng.integers(-127, 128, shape, np.int8), 0
        count = channels if draw.whole(0, 1) else 1
    scales = [draw.scale(1e-4, 0.5) for _ in range(count)]
    weights = t.tensor(shape, dtype, scales, [zero_point] * count, axis if count > 1 else 0, data)
    terms = draw.rng.integers(-20000, 20000, channels).astype(np.int32)
    bias = t.tensor((channels,), "int32", [x_scale * s for s in scales], [0] * count, data=terms)
    return weights, bias, float(x_scale * np.exp(np.mean(np.log(scales))) * 70)
