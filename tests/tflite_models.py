"""Random .tflite models of one operator, and one small model with all of them; LiteRT accepts each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_builder import TfliteBuilder

LOWEST = {"int8": -128, "uint8": 0}
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


def add(draw: Draw, dtype: str) -> bytes:
    """ADD within the scales for which LiteRT uses XNNPACK."""
    shape = (1, draw.whole(1, 400))
    t = TfliteBuilder()
    y_scale = draw.scale(1e-3, 1)
    a, b = (
        t.tensor(
            shape, dtype, float(np.float32(y_scale * draw.scale(2**-9.9, 2**7.9))), draw.zero_point(dtype)
        )
        for _ in range(2)
    )
    y = t.tensor(shape, dtype, y_scale, draw.zero_point(dtype))
    t.operator("ADD", [a, b], [y], FusedActivationFunction=draw.activation())
    return t.build([a, b], [y])


def average_pool(draw: Draw, dtype: str) -> bytes:
    """AVERAGE_POOL_2D."""
    window = draw.window()
    depth, scale, zero_point = draw.whole(1, 20), draw.scale(1e-3, 1), draw.zero_point(dtype)
    window = Window(window.height, window.width, window.kernel, window.stride, (1, 1), window.padding)
    t = TfliteBuilder()
    x = t.tensor((1, window.height, window.width, depth), dtype, scale, zero_point)
    y = t.tensor((1, *window.output(), depth), dtype, scale, zero_point)
    options = {name: value for name, value in window.options().items() if not name.startswith("Dilation")}
    options |= {"FilterHeight": window.kernel[0], "FilterWidth": window.kernel[1]}
    t.operator("AVERAGE_POOL_2D", [x], [y], FusedActivationFunction=draw.activation(), **options)
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
    if dtype == "uint8":
        data, count, zero_point = draw.rng.integers(0, 256, shape, np.uint8), 1, draw.whole(0, 255)
    else:
        data, zero_point = draw.rng.integers(-127, 128, shape, np.int8), 0
        count = channels if draw.whole(0, 1) else 1
    scales = [draw.scale(1e-4, 0.5) for _ in range(count)]
    weights = t.tensor(shape, dtype, scales, [zero_point] * count, axis if count > 1 else 0, data)
    values = draw.rng.integers(-20000, 20000, channels).astype(np.int32)
    bias = t.tensor((channels,), "int32", [x_scale * s for s in scales], [0] * count, data=values)
    return weights, bias, float(x_scale * np.exp(np.mean(np.log(scales))) * 70)
