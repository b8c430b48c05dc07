"""Random .onnx models, one for each operator and form that aiedge imports."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from onnx_builder import OnnxBuilder

FORMS = {"u8s8": ("uint8", "int8"), "s8s8": ("int8", "int8"), "u8u8": ("uint8", "uint8")}
MICROSOFT = "com.microsoft"
Model = tuple[bytes, NDArray[np.int8] | NDArray[np.uint8]]


def values(
    rng: np.random.Generator, dtype: str, shape: tuple[int, ...]
) -> NDArray[np.int8] | NDArray[np.uint8]:
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max + 1, shape).astype(dtype)


def few_bits(
    rng: np.random.Generator, dtype: str, shape: tuple[int, ...]
) -> NDArray[np.int8] | NDArray[np.uint8]:
    """Weights of seven bits: with eight, ONNX Runtime's products saturate on CPUs without VNNI."""
    return (rng.integers(-63, 64, shape) + (128 if dtype == "uint8" else 0)).astype(dtype)


def zero(dtype: str) -> int:
    return 128 if dtype == "uint8" else 0


def qdq_conv(rng: np.random.Generator, form: str, group: int = 1, **attributes: object) -> Model:
    """x [2,4,9,8]; weights with a scale for each channel where they are int8; a bias in int32; ReLU."""
    activation, weight = FORMS[form]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 9, 8), activation), 0.05, zero(activation) + 7, activation)
    count = 8
    scales = rng.uniform(0.01, 0.02, count if weight == "int8" else ()).astype(np.float32)
    w = b.weights(few_bits(rng, weight, (count, 4 // group, 3, 2)), scales, zero(weight))
    units = np.broadcast_to(np.float32(0.05) * scales, (count,)).astype(np.float32)
    bias = b.weights(rng.integers(-900, 900, count).astype(np.int32), units)
    y = b.node("Conv", x, w, bias, group=group, **attributes)
    y = b.quantize(b.node("Relu", y), 0.06, np.iinfo(activation).min, activation)
    return b.build(y), values(rng, activation, (2, 4, 9, 8))


def conv_1d(rng: np.random.Generator, form: str) -> Model:
    activation, weight = FORMS[form]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 3, 20), activation), 0.05, zero(activation) + 7, activation)
    w = b.weights(few_bits(rng, weight, (5, 3, 4)), np.float32(0.02), zero(weight))
    y = b.node("Conv", x, w, strides=[2], pads=[1, 2], dilations=[2])
    return b.build(b.quantize(y, 0.06, zero(activation), activation)), values(rng, activation, (2, 3, 20))


def qlinear_conv(rng: np.random.Generator, form: str, group: int = 1, **attributes: object) -> Model:
    activation, weight = FORMS[form]
    b = OnnxBuilder()
    x = b.input("x", (1, 4, 6, 7), activation)
    scales = rng.uniform(0.01, 0.02, 4 if weight == "int8" else ()).astype(np.float32)
    inputs = [
        *(x, b.constant(np.float32(0.05)), b.constant(np.array(zero(activation) + 3, activation))),
        b.constant(few_bits(rng, weight, (4, 4 // group, 2, 3))),
        b.constant(scales),
        b.constant(np.full(scales.shape, zero(weight), weight)),
        *(b.constant(np.float32(0.06)), b.constant(np.array(zero(activation) - 5, activation))),
        b.constant(rng.integers(-900, 900, 4).astype(np.int32)),
    ]
    y = b.node("QLinearConv", *inputs, group=group, **attributes)
    return b.build(y), values(rng, activation, (1, 4, 6, 7))


def qdq_dense(rng: np.random.Generator, form: str, kind: str = "MatMul") -> Model:
    activation, weight = FORMS[form]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (3, 20), activation), 0.05, zero(activation) + 7, activation)
    shape = (10, 20) if kind == "Gemm" else (20, 10)
    w = b.weights(
        few_bits(rng, weight, shape), np.float32(0.013), zero(weight) + (3 if weight == "uint8" else 0)
    )
    if kind == "Gemm":
        scale = np.float32(0.05) * np.float32(0.013)
        bias = b.weights(rng.integers(-900, 900, 10).astype(np.int32), scale)
        y = b.node("Gemm", x, w, bias, transB=1)
    else:
        y = b.node("MatMul", x, w)
    return b.build(b.quantize(y, 0.09, zero(activation) - 9, activation)), values(rng, activation, (3, 20))


def qlinear_matmul(rng: np.random.Generator, form: str) -> Model:
    activation, weight = FORMS[form]
    b = OnnxBuilder()
    inputs = [
        *(b.input("x", (3, 20), activation), b.constant(np.float32(0.05))),
        *(b.constant(np.array(zero(activation) + 3, activation)), b.constant(few_bits(rng, weight, (20, 6)))),
        *(b.constant(np.float32(0.013)), b.constant(np.array(zero(weight), weight))),
        *(b.constant(np.float32(0.09)), b.constant(np.array(zero(activation) - 3, activation))),
    ]
    return b.build(b.node("QLinearMatMul", *inputs)), values(rng, activation, (3, 20))


def qgemm(rng: np.random.Generator, form: str) -> Model:
    activation, weight = FORMS[form]
    b = OnnxBuilder()
    inputs = [
        *(b.input("x", (3, 20), activation), b.constant(np.float32(0.05))),
        *(b.constant(np.array(zero(activation) + 3, activation)), b.constant(few_bits(rng, weight, (6, 20)))),
        *(b.constant(np.float32(0.013)), b.constant(np.array(zero(weight), weight))),
        b.constant(rng.integers(-900, 900, 6).astype(np.int32)),
        *(b.constant(np.float32(0.09)), b.constant(np.array(zero(activation) - 3, activation))),
    ]
    return b.build(b.node("QGemm", *inputs, domain=MICROSOFT, transB=1)), values(rng, activation, (3, 20))


def moves(rng: np.random.Generator, form: str) -> Model:
    """Only elements move: transposed, cut, joined, reshaped, split, squeezed."""
    activation = FORMS[form][0]
    coding = (0.05, zero(activation) + 7, activation)
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 3, 5), activation), *coding)
    x = b.node("Transpose", x, perm=[0, 2, 3, 1])
    x = b.dequantize(b.quantize(x, *coding), *coding)
    cut = b.node("Slice", x, *(b.constant(part, "int64") for part in ([4, -1], [0, -9], [2, 3], [-2, -1])))
    cut = b.dequantize(b.quantize(cut, *coding), *coding)
    back = b.node("Slice", x, *(b.constant(part, "int64") for part in ([0], [2], [2])))
    x = b.dequantize(b.quantize(b.node("Concat", cut, back, axis=2), *coding), *coding)
    x = b.node("Reshape", x, b.constant([0, -1, 8], "int64"))
    x = b.dequantize(b.quantize(x, *coding), *coding)
    x = b.node("Unsqueeze", x, b.constant([-1, 1], "int64"))
    x = b.node("Squeeze", x, b.constant([1], "int64"))
    x = b.node("Flatten", b.node("Identity", x), axis=2)
    return b.build(b.quantize(x, *coding)), values(rng, activation, (2, 4, 3, 5))


def between(
    rng: np.random.Generator,
    form: str,
    body: Callable[[OnnxBuilder, str], str],
    shape: tuple[int, ...] = (2, 4, 6, 5),
    scale: float = 0.05,
    opset: int = 17,
) -> Model:
    """What ``body`` computes in float between two quantizations; the output has the scale ``scale``."""
    activation = FORMS[form][0]
    b = OnnxBuilder(opset)
    x = b.dequantize(b.input("x", shape, activation), 0.05, zero(activation) + 7, activation)
    y = b.quantize(body(b, x), scale, zero(activation) + 7, activation)
    return b.build(y), values(rng, activation, shape)


def _kind(kind: str, *constants: object, **attributes: object) -> Callable[[np.random.Generator, str], Model]:
    """One operator in float between quantizations of one scale; the lists are constants in int64."""

    def body(b: OnnxBuilder, x: str) -> str:
        inputs = [
            b.constant(one, "int64")
            if isinstance(one, list)
            else ""
            if one is None
            else b.constant(np.float32(one))
            for one in constants
        ]
        return b.node(kind, x, *inputs, **attributes)

    return lambda rng, form: between(rng, form, body)


def _silu(b: OnnxBuilder, x: str) -> str:
    return b.node("Mul", x, b.node("Sigmoid", x))


def _hard_swish_apart(b: OnnxBuilder, x: str) -> str:
    moved = b.node(
        "Clip", b.node("Add", x, b.constant(np.float32(3))), *(b.constant(np.float32(v)) for v in (0, 6))
    )
    return b.node("Div", b.node("Mul", x, moved), b.constant(np.float32(6)))


def _gelu_apart(b: OnnxBuilder, x: str) -> str:
    inner = b.node("Erf", b.node("Div", x, b.constant(np.float32(1.4142135))))
    return b.node(
        "Mul", b.node("Mul", x, b.node("Add", inner, b.constant(np.float32(1)))), b.constant(np.float32(0.5))
    )


def _resize(
    mode: str, transformation: str, *, nearest: str = "floor", factor: float = 2
) -> Callable[..., Model]:
    """Height 6 and width 4, by a factor."""

    def body(b: OnnxBuilder, x: str) -> str:
        scales = b.constant(np.array([1, 1, factor, factor], np.float32))
        attributes = {"mode": mode, "coordinate_transformation_mode": transformation, "nearest_mode": nearest}
        return b.node("Resize", x, "", scales, **attributes)

    return lambda rng, form: between(rng, form, body, (2, 3, 6, 4))


PLAIN_FUNCTIONS = (
    *(
        "Abs",
        "Elu",
        "Erf",
        "Exp",
        "HardSigmoid",
        "HardSwish",
        "LeakyRelu",
        "Log",
        "Neg",
        "Reciprocal",
        "Relu",
    ),
    *("Selu", "Sigmoid", "Softplus", "Softsign", "Sqrt", "Tanh"),
)
FUNCTIONS: dict[str, Callable[[np.random.Generator, str], Model]] = {
    **{kind: _kind(kind) for kind in PLAIN_FUNCTIONS},
    "Clip": _kind("Clip", -1, 2.5),
    "Pow": _kind("Pow", 2),
    "Mul by a number": _kind("Mul", 0.7),
    "Sub of a number": _kind("Sub", 0.7),
    "Div by a number": _kind("Div", 0.7),
    "Mish": lambda rng, form: between(rng, form, lambda b, x: b.node("Mish", x), opset=18),
    "Gelu": lambda rng, form: between(rng, form, lambda b, x: b.node("Gelu", x), opset=20),
    "Gelu tanh": lambda rng, form: between(
        rng, form, lambda b, x: b.node("Gelu", x, approximate="tanh"), opset=20
    ),
    "SiLU": lambda rng, form: between(rng, form, _silu),
    "hard swish apart": lambda rng, form: between(rng, form, _hard_swish_apart),
    "GELU apart": lambda rng, form: between(rng, form, _gelu_apart),
}
"""Functions of one tensor, which become tables."""

SAME_BITS: dict[str, Callable[[np.random.Generator, str], Model]] = {
    "conv": qdq_conv,
    "conv padded": lambda rng, form: qdq_conv(rng, form, pads=[1, 0, 2, 1], strides=[2, 1]),
    "conv dilated": lambda rng, form: qdq_conv(rng, form, dilations=[2, 3], pads=[2, 1, 2, 2]),
    "conv lower": lambda rng, form: qdq_conv(rng, form, strides=[2, 2], auto_pad="SAME_LOWER"),
    "depthwise": lambda rng, form: qdq_conv(rng, form, group=4, pads=[1, 1, 1, 1]),
    "conv in groups": lambda rng, form: qdq_conv(rng, form, group=2, pads=[1, 1, 1, 1]),
    "QLinearConv": qlinear_conv,
    "QLinearConv depthwise": lambda rng, form: qlinear_conv(rng, form, group=4, strides=[1, 2]),
    "MatMul": qdq_dense,
    "Gemm": lambda rng, form: qdq_dense(rng, form, "Gemm"),
    "QLinearMatMul": qlinear_matmul,
    "QGemm": qgemm,
    "moves": moves,
    "MaxPool": _kind("MaxPool", kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]),
    "MaxPool ceil": _kind("MaxPool", kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1),
    "GlobalMaxPool": _kind("GlobalMaxPool"),
    "Pad": _kind("Pad", [0, 1, 2, 0, 0, 0, 1, 3]),
    "Pad with a number": _kind("Pad", [0, 1, 2, 0, 0, 0, 1, 3], 0.5),
    "Resize": _resize("nearest", "asymmetric"),
    "Resize centers": _resize("nearest", "half_pixel", nearest="round_prefer_floor", factor=3),
    "Resize smaller": _resize("nearest", "asymmetric", factor=0.5),
    "DepthToSpace": _kind("DepthToSpace", blocksize=2),
    "DepthToSpace CRD": _kind("DepthToSpace", blocksize=2, mode="CRD"),
    "SpaceToDepth": lambda rng, form: between(
        rng, form, lambda b, x: b.node("SpaceToDepth", x, blocksize=2), (1, 3, 4, 6)
    ),
    "QLinearSigmoid": lambda rng, form: qlinear_one(rng, form, "QLinearSigmoid"),
    "QLinearLeakyRelu": lambda rng, form: qlinear_one(rng, form, "QLinearLeakyRelu", alpha=0.2),
}
"""Models whose arithmetic is ONNX Runtime's to the bit."""


def qdq_add(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 3, 5), activation), 0.05, zero(activation) + 7, activation)
    other = b.both(
        b.node("Clip", x, b.constant(np.float32(-1)), b.constant(np.float32(2))),
        0.02,
        zero(activation),
        activation,
    )
    y = b.quantize(b.node("Relu", b.node("Add", x, other)), 0.06, np.iinfo(activation).min, activation)
    return b.build(y), values(rng, activation, (2, 4, 3, 5))


def qdq_add_constant(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 3, 5), activation), 0.05, zero(activation) + 7, activation)
    y = b.node("Add", b.weights(values(rng, activation, (4, 1, 1)), np.float32(0.03), zero(activation)), x)
    y = b.both(y, 0.06, zero(activation), activation)
    y = b.node("Add", y, b.constant(np.float32(0.7)))
    return b.build(b.quantize(y, 0.06, zero(activation), activation)), values(rng, activation, (2, 4, 3, 5))


def qdq_pool(rng: np.random.Generator, form: str, **attributes: object) -> Model:
    activation = FORMS[form][0]
    coding = (0.05, zero(activation) + 7, activation)
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 7, 6), activation), *coding)
    y = b.node("AveragePool", x, kernel_shape=[3, 2], **attributes)
    return b.build(b.quantize(y, *coding)), values(rng, activation, (2, 4, 7, 6))


def qdq_global_pool(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 7, 6), activation), 0.05, zero(activation) + 7, activation)
    y = b.quantize(b.node("GlobalAveragePool", x), 0.04, zero(activation), activation)
    return b.build(y), values(rng, activation, (2, 4, 7, 6))


def qdq_mean(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 7, 6), activation), 0.05, zero(activation) + 7, activation)
    y = b.node("ReduceMean", x, axes=[-1, 2], keepdims=0)
    return b.build(b.quantize(y, 0.04, zero(activation), activation)), values(rng, activation, (2, 4, 7, 6))


def qdq_softmax(rng: np.random.Generator, form: str, axis: int = -1, opset: int = 17) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder(opset)
    x = b.dequantize(b.input("x", (2, 4, 5), activation), 0.05, zero(activation) + 7, activation)
    y = b.node("Softmax", x, axis=axis)
    y = b.quantize(y, 1 / 256, np.iinfo(activation).min, activation)
    return b.build(y), values(rng, activation, (2, 4, 5))


def qdq_requantize(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 5), activation), 0.05, zero(activation) + 7, activation)
    return b.build(b.quantize(x, 0.031, zero(activation), activation)), values(rng, activation, (2, 4, 5))


def qdq_concat(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.dequantize(b.input("x", (2, 4, 5), activation), 0.05, zero(activation) + 7, activation)
    y = b.both(x, 0.031, zero(activation), activation)
    z = b.quantize(b.node("Concat", x, y, axis=1), 0.04, zero(activation), activation)
    return b.build(z), values(rng, activation, (2, 4, 5))


def qlinear_add(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.input("x", (2, 4, 5), activation)
    point = b.constant(np.array(zero(activation) + 7, activation))
    flat = b.node("Transpose", b.node("Transpose", x, perm=[2, 0, 1]), perm=[1, 2, 0])
    scale, out = b.constant(np.float32(0.05)), b.constant(np.float32(0.09))
    y = b.node("QLinearAdd", x, scale, point, flat, scale, point, out, point, domain=MICROSOFT)
    return b.build(y), values(rng, activation, (2, 4, 5))


def qlinear_one(rng: np.random.Generator, form: str, kind: str, **attributes: object) -> Model:
    """One of ONNX Runtime's operators with one input, in integers."""
    activation = FORMS[form][0]
    shape = (2, 4, 7, 5)
    b = OnnxBuilder()
    coding = (b.constant(np.float32(0.05)), b.constant(np.array(zero(activation) + 7, activation)))
    end = coding
    if kind == "QLinearSoftmax":
        end = (b.constant(np.float32(1 / 256)), b.constant(np.array(np.iinfo(activation).min, activation)))
    y = b.node(kind, b.input("x", shape, activation), *coding, *end, domain=MICROSOFT, **attributes)
    return b.build(y), values(rng, activation, shape)


def qlinear_concat(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    x = b.input("x", (2, 4, 5), activation)
    point, other = (b.constant(np.array(zero(activation) + z, activation)) for z in (7, -4))
    scales = [b.constant(np.float32(scale)) for scale in (0.04, 0.05)]
    flat = b.node("Reshape", x, b.constant([2, 2, 10], "int64"))
    x = b.node("Reshape", flat, b.constant([2, 4, 5], "int64"))
    inputs = (scales[0], other, x, scales[1], point, x, scales[1], point)
    return b.build(b.node("QLinearConcat", *inputs, domain=MICROSOFT, axis=2)), values(
        rng, activation, (2, 4, 5)
    )


def qdq_binary(rng: np.random.Generator, form: str, kind: str, shape: tuple[int, ...]) -> Model:
    """x (2,4,6,5) and a part of it of another shape, which is repeated."""
    activation = FORMS[form][0]
    coding = (0.03, zero(activation) - 5, activation)

    def body(b: OnnxBuilder, x: str) -> str:
        ends = b.constant(list(shape), "int64")
        starts = b.constant([0] * len(shape), "int64")
        axes = b.constant(list(range(4 - len(shape), 4)), "int64")
        part = b.node("Slice", x, starts, ends, axes)
        if len(shape) < 4:
            first = b.constant([0], "int64")
            part = b.node("Slice", part, first, b.constant([1], "int64"), first)
            part = b.node("Squeeze", part, first)
        return b.node(kind, b.both(part, *coding), x)

    return between(rng, form, body, scale=0.15 if kind == "Mul" else 0.09)


def qlinear_mul(rng: np.random.Generator, form: str) -> Model:
    activation = FORMS[form][0]
    b = OnnxBuilder()
    coding = (b.constant(np.float32(0.05)), b.constant(np.array(zero(activation) + 7, activation)))
    other = b.constant(values(rng, activation, (4, 1, 1)))
    end = (b.constant(np.float32(0.2)), coding[1])
    y = b.node(
        "QLinearMul", b.input("x", (2, 4, 3, 5), activation), *coding, other, *coding, *end, domain=MICROSOFT
    )
    return b.build(y), values(rng, activation, (2, 4, 3, 5))


WITHIN_ONE: dict[str, Callable[[np.random.Generator, str], Model]] = {
    "conv 1-D": conv_1d,
    "Add": qdq_add,
    "Add constant": qdq_add_constant,
    "AveragePool": qdq_pool,
    "AveragePool padded": lambda rng, form: qdq_pool(rng, form, pads=[1, 0, 1, 1], strides=[2, 2]),
    "AveragePool ceil": lambda rng, form: qdq_pool(rng, form, strides=[3, 4], ceil_mode=1),
    "GlobalAveragePool": qdq_global_pool,
    "ReduceMean": qdq_mean,
    "Softmax": qdq_softmax,
    "Softmax axis": lambda rng, form: qdq_softmax(rng, form, 1),
    "Softmax old": lambda rng, form: qdq_softmax(rng, form, 1, 12),
    "QLinearAdd": qlinear_add,
    "QLinearAveragePool": lambda rng, form: qlinear_one(
        rng, form, "QLinearAveragePool", kernel_shape=[2, 2], strides=[2, 2]
    ),
    "QLinearGlobalAveragePool": lambda rng, form: qlinear_one(rng, form, "QLinearGlobalAveragePool"),
    "QLinearGlobalAveragePool NHWC": lambda rng, form: qlinear_one(
        rng, form, "QLinearGlobalAveragePool", channels_last=1
    ),
    "QLinearSoftmax": lambda rng, form: qlinear_one(rng, form, "QLinearSoftmax", axis=-1, opset=13),
    "QLinearMul": qlinear_mul,
    **{
        f"{kind} {list(shape)}": partial(qdq_binary, kind=kind, shape=shape)
        for kind in ("Add", "Sub", "Mul")
        for shape in ((2, 4, 6, 5), (2, 4, 1, 1), (4, 1, 5))
    },
    "Resize linear": _resize("linear", "half_pixel"),
    "Resize linear corners": _resize("linear", "align_corners", factor=3),
    "Resize linear asymmetric": _resize("linear", "asymmetric"),
    "ReduceMean channels": _kind("ReduceMean", axes=[1]),
    "ReduceMean apart": _kind("ReduceMean", axes=[0, 3], keepdims=0),
    "ReduceSum": lambda rng, form: between(
        rng, form, lambda b, x: b.node("ReduceSum", x, b.constant([-1], "int64"), keepdims=0), scale=0.3
    ),
}
"""Models whose arithmetic is aiedge-1, which rounds in another way than ONNX Runtime."""
SAME_BITS |= {"requantize": qdq_requantize, "Concat": qdq_concat, "QLinearConcat": qlinear_concat}


def everything(rng: np.random.Generator) -> bytes:
    """One small model with every kind of operator, attribute and constant that the importer reads."""
    b = OnnxBuilder()
    a = (0.05, 3, "int8")
    x = b.both(b.input("x", ("batch", 3, 6, 5)), *a)
    w = b.weights(few_bits(rng, "int8", (4, 3, 3, 3)), rng.uniform(0.01, 0.02, 4).astype(np.float32))
    bias = b.weights(rng.integers(-99, 99, 4).astype(np.int32), np.float32(0.001))
    y = b.both(b.node("Relu", b.node("Conv", x, w, bias, pads=[1, 1, 1, 1], auto_pad="NOTSET")), *a)
    y = b.node("Clip", y, b.constant(np.float32(-2)), b.constant(np.float32(3)))
    w = b.weights(few_bits(rng, "int8", (4, 1, 3, 3)), np.float32(0.02))
    y = b.both(b.node("Conv", b.both(y, *a), w, group=4, pads=[1, 1, 1, 1], strides=[1, 1]), *a)
    y = b.both(
        b.node("Add", y, b.node("Transpose", b.node("Transpose", y, perm=[0, 2, 3, 1]), perm=[0, 3, 1, 2])),
        *a,
    )
    y = b.both(b.node("AveragePool", y, kernel_shape=[2, 2], ceil_mode=1), *a)
    y = b.node("Slice", y, *(b.constant(part, "int64") for part in ([0], [4], [2], [1])))
    y = b.both(b.node("MaxPool", y, kernel_shape=[2, 2], pads=[1, 1, 0, 0], strides=[1, 1]), *a)
    y = b.node("Pad", y, b.constant([0, 0, 1, 0, 0, 0, 0, 1], "int64"), b.constant(np.float32(0.5)))
    scales = b.constant(np.array([1, 1, 2, 2], np.float32))
    y = b.node("Resize", y, "", scales, mode="linear", coordinate_transformation_mode="half_pixel")
    y = b.node("SpaceToDepth", y, blocksize=2)
    w = b.weights(few_bits(rng, "int8", (4, 8, 1, 1)), np.float32(0.02))
    y = b.both(b.node("Conv", b.both(y, *a), w, group=2), *a)
    gate = b.node("Split", y, b.constant([1, 3], "int64"), count=2, axis=1)
    gate = b.both(b.node("Mul", gate, b.node("Sigmoid", gate)), *a)
    y = b.both(b.node("Sub", b.both(b.node("Mul", y, gate), *a), y), *a)
    y = b.both(b.node("Concat", y, b.both(b.node("ReduceMean", y, axes=[1]), 0.03, 2, "int8"), axis=1), *a)
    y = b.node("Slice", y, *(b.constant(part, "int64") for part in ([0], [4], [1])))
    z = b.both(b.node("GlobalAveragePool", y), 0.04, -1, "int8")
    z = b.node("Reshape", z, b.node("Concat", b.constant([-1], "int64"), b.constant([4], "int64"), axis=0))
    shape = b.node("Gather", b.node("Shape", z), b.constant([0, 1], "int64"), axis=0)
    z = b.node("Reshape", z, b.node("Cast", shape, to=7))
    fixed = b.node("Constant", value=numpy_helper.from_array(np.float32(0.03), "v"))
    point = b.constant(np.int8(1))
    w = b.weights(few_bits(rng, "int8", (5, 4)), np.float32(0.01))
    z = b.node(
        "Gemm", b.node("Flatten", z, axis=1), w, b.constant(np.ones(5, np.float32)), transB=1, alpha=1.0
    )
    z = b.node("DequantizeLinear", b.node("QuantizeLinear", z, fixed, point), fixed, point)
    z = b.both(b.node("Softmax", z, axis=-1), 1 / 256, -128, "int8")
    u = b.node("Squeeze", b.node("Unsqueeze", z, b.constant([1], "int64")), b.constant([1], "int64"))
    return b.build(b.node("Identity", u), b.quantize(y, *a))


HOSTILE = (0, 1, 2, 3, -1, -2, 7, 127, 255, 65536, (1 << 31) - 1, -(1 << 31), (1 << 63) - 1, -(1 << 63))


def damaged(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Valid protobuf that is no valid model: numbers, names and types replaced, nodes lost or in another order."""
    rng = random.Random(seed)  # noqa: S311 - test data
    for _ in range(count):
        model = onnx.load_from_string(data)
        for _ in range(rng.choice((1, 1, 2, 4))):
            rng.choice((_other_attribute, _other_constant, _other_name, _other_order, _other_input))(
                model, rng
            )
        yield model.SerializeToString()


def _other_attribute(model: onnx.ModelProto, rng: random.Random) -> None:
    attribute = rng.choice([one for node in model.graph.node for one in node.attribute])
    if rng.random() < 0.2:
        attribute.type = rng.randrange(1, 8)
    elif attribute.ints:
        attribute.ints[rng.randrange(len(attribute.ints))] = rng.choice(HOSTILE)
    elif rng.random() < 0.3:
        attribute.ints.extend([1] * rng.choice((1, 7, 5000)))
    else:
        attribute.i = rng.choice(HOSTILE)


def _other_constant(model: onnx.ModelProto, rng: random.Random) -> None:
    tensor = rng.choice(model.graph.initializer)
    kind = rng.randrange(4)
    if kind == 0 and tensor.dims:
        tensor.dims[rng.randrange(len(tensor.dims))] = rng.choice(HOSTILE)
    elif kind == 1:
        tensor.data_type = rng.randrange(0, 25)
    elif tensor.data_type in {TensorProto.INT64, TensorProto.INT32, TensorProto.FLOAT} and tensor.raw_data:
        dtype = {TensorProto.INT64: "i8", TensorProto.INT32: "i4", TensorProto.FLOAT: "f4"}[tensor.data_type]
        array = np.frombuffer(tensor.raw_data, dtype).copy()
        hostile = (
            HOSTILE
            if dtype == "i8"
            else HOSTILE[:10]
            if dtype == "i4"
            else (0, -1, np.nan, np.inf, 1e-45, 3e38)
        )
        array[rng.randrange(array.size)] = rng.choice(hostile)
        tensor.raw_data = array.tobytes()


def _other_name(model: onnx.ModelProto, rng: random.Random) -> None:
    node = rng.choice(model.graph.node)
    kind = rng.randrange(3)
    if kind == 0:
        node.op_type = rng.choice(model.graph.node).op_type
    elif kind == 1 and node.input:
        del node.input[rng.randrange(len(node.input))]
    elif node.input:
        others = [*[name for one in model.graph.node for name in one.output], ""]
        others += [one.name for one in model.graph.initializer]
        node.input[rng.randrange(len(node.input))] = rng.choice(others)


def _other_order(model: onnx.ModelProto, rng: random.Random) -> None:
    nodes = list(model.graph.node)
    first, second = rng.randrange(len(nodes)), rng.randrange(len(nodes))
    nodes[first], nodes[second] = nodes[second], nodes[first]
    kept = nodes[: -rng.randrange(1, 3)] if rng.random() < 0.3 else nodes
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in kept]
    del model.graph.node[:]
    model.graph.node.extend(copies)


def _other_input(model: onnx.ModelProto, rng: random.Random) -> None:
    tensor = rng.choice(model.graph.input).type.tensor_type
    if rng.random() < 0.3:
        tensor.elem_type = rng.randrange(0, 25)
    elif rng.random() < 0.3:
        tensor.shape.dim.add().dim_value = 2
    else:
        rng.choice(tensor.shape.dim).dim_value = rng.choice(HOSTILE)
