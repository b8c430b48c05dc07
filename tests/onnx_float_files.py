"""Random .onnx models in float32, one for each operator and form that exporters write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from onnx_builder import OnnxBuilder

Floats = NDArray[np.float32]
Model = tuple[bytes, list[Floats]]
Case = Callable[[np.random.Generator], Model]
IMAGE = (2, 4, 7, 6)


def floats(rng: np.random.Generator, *shape: int) -> Floats:
    return rng.normal(0, 1, shape).astype(np.float32)


def one(
    rng: np.random.Generator,
    kind: str,
    *constants: object,
    shape: tuple[int, ...] = IMAGE,
    opset: int = 17,
    count: int = 1,
    low: float = -np.inf,
    **attributes: object,
) -> Model:
    """An operator on an input and on constants, given as they are or by their shape in a tuple."""
    b = OnnxBuilder(opset)
    inputs = [b.input("x", shape)]
    for given in constants:
        array = floats(rng, *given) if isinstance(given, tuple) else given
        inputs.append("" if array is None else b.constant(array))
    b.node(kind, *inputs, count=count, **attributes)
    return b.build(*b.nodes[-1].output), [np.maximum(floats(rng, *shape), np.float32(low))]


def two(
    rng: np.random.Generator, kind: str, a: Sequence[int], c: Sequence[int], **attributes: object
) -> Model:
    """An operator on two inputs."""
    b = OnnxBuilder()
    y = b.node(kind, b.input("a", tuple(a)), b.input("b", tuple(c)), **attributes)
    return b.build(y), [floats(rng, *a), floats(rng, *c)]


def whole(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def single(*values: float) -> Floats:
    return np.array(values, np.float32)


def conv(
    rng: np.random.Generator, weights: tuple[int, ...], shape: tuple[int, ...] = IMAGE, **attributes: object
) -> Model:
    return one(rng, "Conv", weights, (weights[0],), shape=shape, **attributes)


def turned(
    rng: np.random.Generator, weights: tuple[int, ...], shape: tuple[int, ...] = IMAGE, **attributes: object
) -> Model:
    group = attributes.get("group", 1)
    assert isinstance(group, int)
    return one(rng, "ConvTranspose", weights, (weights[1] * group,), shape=shape, **attributes)


def normalized_conv(rng: np.random.Generator) -> Model:
    """Conv, BatchNormalization, Relu, as they stand in a network that nothing has folded."""
    b = OnnxBuilder()
    y = b.node("Conv", b.input("x", IMAGE), b.constant(floats(rng, 5, 4, 3, 3)), pads=[1, 1, 1, 1])
    spread = np.abs(floats(rng, 5)) + np.float32(0.5)
    numbers = (floats(rng, 5), floats(rng, 5), floats(rng, 5), spread)
    y = b.node("BatchNormalization", y, *map(b.constant, numbers), epsilon=1e-3)
    return b.build(b.node("Relu", y)), [floats(rng, *IMAGE)]


def normalized(rng: np.random.Generator, shape: tuple[int, ...]) -> Model:
    spread = np.abs(floats(rng, 4)) + np.float32(0.5)
    return one(rng, "BatchNormalization", (4,), (4,), (4,), spread, shape=shape)


def dense(rng: np.random.Generator) -> Model:
    """MatMul and Add, as exporters write a layer on more than two axes."""
    b = OnnxBuilder()
    y = b.node("MatMul", b.input("x", (2, 3, 8)), b.constant(floats(rng, 8, 5)))
    return b.build(b.node("Add", b.constant(floats(rng, 5)), y)), [floats(rng, 2, 3, 8)]


def flattened(rng: np.random.Generator) -> Model:
    """A convolution, then Flatten and Gemm: the elements are counted in the file's order of axes."""
    b = OnnxBuilder()
    y = b.node("Conv", b.input("x", (2, 3, 5, 4)), b.constant(floats(rng, 6, 3, 2, 2)))
    y = b.node("Flatten", b.node("MaxPool", y, kernel_shape=[2, 1], strides=[2, 1]))
    y = b.node("Gemm", y, b.constant(floats(rng, 7, 36)), b.constant(floats(rng, 7)), transB=1)
    return b.build(y), [floats(rng, 2, 3, 5, 4)]


def gated(rng: np.random.Generator) -> Model:
    """Squeeze and excitation: a gate for each channel, made by a pool and two convolutions."""
    b = OnnxBuilder()
    x = b.input("x", IMAGE)
    y = b.node("Relu", b.node("Conv", b.node("GlobalAveragePool", x), b.constant(floats(rng, 2, 4, 1, 1))))
    gate = b.node("HardSigmoid", b.node("Conv", y, b.constant(floats(rng, 4, 2, 1, 1))), alpha=1 / 6)
    return b.build(b.node("Mul", x, gate)), [floats(rng, *IMAGE)]


def chain(rng: np.random.Generator, *steps: tuple[str, dict[str, object]]) -> Model:
    """Functions one after another, the input joined to the last one's result."""
    b = OnnxBuilder()
    x = y = b.input("x", IMAGE)
    for kind, attributes in steps:
        y = b.node(kind, y, **attributes)
    return b.build(b.node("Mul", x, y)), [floats(rng, *IMAGE)]


def gelu(rng: np.random.Generator) -> Model:
    """By Erf, as exporters write it before operator set 20."""
    b = OnnxBuilder()
    x = b.input("x", IMAGE)
    y = b.node("Erf", b.node("Div", x, b.constant(np.float32(np.sqrt(2)))))
    y = b.node(
        "Mul", b.node("Mul", x, b.node("Add", y, b.constant(np.float32(1)))), b.constant(np.float32(0.5))
    )
    return b.build(y), [floats(rng, *IMAGE)]


def parts(rng: np.random.Generator, opset: int, **attributes: object) -> Model:
    sizes = () if opset < 13 else (whole(1, 3),)
    return one(rng, "Split", *sizes, count=2, opset=opset, axis=1, **attributes)


def joined(rng: np.random.Generator) -> Model:
    """A convolution's result, the input and a constant, along the channels."""
    b = OnnxBuilder()
    x = b.input("x", IMAGE)
    y = b.node("Conv", x, b.constant(floats(rng, 3, 4, 1, 1)))
    grid = b.constant(floats(rng, 2, 2, 7, 6))
    return b.build(b.node("Concat", x, y, grid, axis=1)), [floats(rng, *IMAGE)]


def shuffled(rng: np.random.Generator) -> Model:
    """Channels in two groups, dealt out in turns."""
    b = OnnxBuilder()
    y = b.node("Conv", b.input("x", IMAGE), b.constant(floats(rng, 6, 2, 1, 1)), group=2)
    y = b.node("Transpose", b.node("Reshape", y, b.constant(whole(2, 2, 3, 7, 6))), perm=[0, 2, 1, 3, 4])
    y = b.node("Reshape", y, b.constant(whole(2, 6, 7, 6)))
    return b.build(b.node("Conv", y, b.constant(floats(rng, 2, 6, 1, 1)))), [floats(rng, *IMAGE)]


def many(rng: np.random.Generator, kind: str) -> Model:
    b = OnnxBuilder()
    names = [b.input(f"x{index}", shape) for index, shape in enumerate(((2, 3, 4), (3, 1), (4,)))]
    y = b.node(kind, b.constant(floats(rng, 1, 1, 4)), *names, b.constant(single(0.1)))
    return b.build(y), [floats(rng, 2, 3, 4), floats(rng, 3, 1), floats(rng, 4)]


def power(rng: np.random.Generator, exponent: float) -> Model:
    return one(rng, "Pow", np.float32(exponent), low=0.1)


def by_channel(rng: np.random.Generator, kind: str) -> Model:
    return one(rng, kind, (4, 1, 1))


def of_a_number(rng: np.random.Generator, kind: str) -> Model:
    """A number first, the input second."""
    b = OnnxBuilder()
    y = b.node(kind, b.constant(np.float32(1.5)), b.input("x", IMAGE))
    return b.build(y), [floats(rng, *IMAGE)]


def resized(rng: np.random.Generator, scales: Sequence[float], **attributes: object) -> Model:
    return one(rng, "Resize", None, single(1, 1, *scales), **attributes)


def everything(rng: np.random.Generator) -> Model:
    """A small network with an operator of each family."""
    b = OnnxBuilder()
    y = b.node("Pad", b.input("x", IMAGE), b.constant(whole(0, 0, 1, 1, 0, 0, 1, 1)))
    y = b.node("Conv", y, b.constant(floats(rng, 6, 4, 3, 3)), b.constant(floats(rng, 6)), strides=[2, 1])
    spread = np.abs(floats(rng, 6)) + np.float32(0.5)
    y = b.node("BatchNormalization", y, *map(b.constant, (*floats(rng, 3, 6), spread)))
    y = x = b.node("Clip", y, b.constant(np.float32(0)), b.constant(np.float32(6)))
    y = b.node("Conv", y, b.constant(floats(rng, 6, 1, 3, 3)), group=6, pads=[1, 1, 1, 1])
    y = b.node("Add", x, b.node("Mul", y, b.node("Sigmoid", y)))
    y = b.node("PRelu", y, b.constant(floats(rng, 6, 1, 1)))
    first = b.node("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    second = b.node("AveragePool", y, kernel_shape=[2, 2], strides=[2, 2])
    y = b.node("Concat", first, second, axis=1)
    b.node("Split", y, count=2, axis=1)
    y = b.node("Sub", *b.nodes[-1].output)
    y = b.node("Resize", y, "", b.constant(single(1, 1, 2, 2)), mode="linear")
    y = b.node(
        "Transpose", b.node("Slice", y, *map(b.constant, (whole(0), whole(3), whole(2)))), perm=[0, 2, 3, 1]
    )
    y = b.node("ReduceMean", y, axes=[1, 2], keepdims=0)
    y = b.node("Gemm", b.node("Flatten", y), b.constant(floats(rng, 6, 5)), b.constant(floats(rng, 5)))
    return b.build(b.node("Softmax", y), y), [floats(rng, *IMAGE)]


FUNCTIONS: dict[str, Case] = {
    **{
        kind: partial(one, kind=kind)
        for kind in ("Abs", "Elu", "Erf", "Exp", "HardSigmoid", "HardSwish", "LeakyRelu", "Neg", "Relu")
    },
    **{kind: partial(one, kind=kind) for kind in ("Selu", "Sigmoid", "Softplus", "Softsign", "Tanh")},
    **{kind: partial(one, kind=kind, low=0.01) for kind in ("Log", "Reciprocal", "Sqrt")},
    "Elu by 0.3": partial(one, kind="Elu", alpha=0.3),
    "Gelu": partial(one, kind="Gelu", opset=20),
    "Gelu by tanh": partial(one, kind="Gelu", opset=20, approximate="tanh"),
    "Gelu by Erf": gelu,
    "HardSigmoid as torch has it": partial(one, kind="HardSigmoid", alpha=1 / 6, beta=0.5),
    "LeakyRelu by 0.2": partial(one, kind="LeakyRelu", alpha=0.2),
    "Mish": partial(one, kind="Mish", opset=18),
    "Mish in parts": lambda rng: chain(rng, ("Softplus", {}), ("Tanh", {})),
    "Selu by 0.3": partial(one, kind="Selu", alpha=0.3, gamma=1.7),
    "SiLU in parts": lambda rng: chain(rng, ("Sigmoid", {})),
    **{f"Pow {exponent}": partial(power, exponent=exponent) for exponent in (2, 3, 4, 0.5, -1, -0.5)},
    "Pow by an integer": lambda rng: one(rng, "Pow", whole(2)),
    "PRelu": lambda rng: one(rng, "PRelu", (4, 1, 1)),
    "PRelu by one": lambda rng: one(rng, "PRelu", (1,)),
    "Clip": lambda rng: one(rng, "Clip", np.float32(-0.5), np.float32(0.7)),
    "Clip above": lambda rng: one(rng, "Clip", None, np.float32(0.7)),
    "Clip below": lambda rng: one(rng, "Clip", np.float32(-0.1)),
}

CASES: dict[str, Case] = {
    "Conv": lambda rng: conv(rng, (5, 4, 3, 2), pads=[1, 0, 1, 1], strides=[2, 1]),
    "Conv without a bias": lambda rng: one(rng, "Conv", (5, 4, 3, 3)),
    "Conv dilated": lambda rng: conv(rng, (3, 4, 2, 3), dilations=[2, 2], pads=[2, 2, 2, 2]),
    "Conv depthwise": lambda rng: conv(rng, (4, 1, 3, 3), group=4, pads=[1, 1, 1, 1]),
    "Conv depthwise, two for one": lambda rng: conv(rng, (8, 1, 3, 3), group=4, strides=[2, 2]),
    "Conv in two groups": lambda rng: conv(rng, (6, 2, 3, 3), group=2),
    "Conv of one channel": lambda rng: conv(rng, (3, 1, 3, 3), (2, 1, 6, 6)),
    "Conv SAME_UPPER": lambda rng: conv(rng, (3, 4, 2, 2), auto_pad="SAME_UPPER", strides=[2, 2]),
    "Conv SAME_LOWER": lambda rng: conv(rng, (3, 4, 2, 2), auto_pad="SAME_LOWER", strides=[2, 2]),
    "Conv of signals": lambda rng: conv(rng, (5, 3, 4), (2, 3, 20), strides=[2], pads=[1, 2], dilations=[2]),
    "Conv of signals, depthwise": lambda rng: conv(rng, (3, 1, 4), (2, 3, 20), group=3),
    "Conv, BatchNormalization": normalized_conv,
    "ConvTranspose": lambda rng: turned(rng, (4, 5, 3, 3), strides=[2, 2], pads=[1, 1, 1, 1]),
    "ConvTranspose, one more": lambda rng: turned(
        rng, (4, 5, 3, 3), strides=[2, 3], pads=[1, 0, 1, 1], output_padding=[1, 2]
    ),
    "ConvTranspose of 4": lambda rng: turned(rng, (4, 2, 4, 4), strides=[2, 2], pads=[1, 1, 1, 1]),
    "ConvTranspose in tiles": lambda rng: turned(rng, (4, 3, 2, 3), strides=[2, 3]),
    "ConvTranspose of one": lambda rng: turned(rng, (4, 3, 2, 2), strides=[3, 3]),
    "ConvTranspose plain": lambda rng: turned(rng, (4, 3, 3, 2)),
    "ConvTranspose dilated": lambda rng: turned(rng, (4, 3, 3, 2), strides=[2, 1], dilations=[2, 3]),
    "ConvTranspose in groups": lambda rng: turned(rng, (4, 3, 3, 3), strides=[2, 2], group=2),
    "ConvTranspose depthwise": lambda rng: turned(rng, (4, 1, 3, 3), strides=[2, 2], group=4),
    "ConvTranspose SAME_UPPER": lambda rng: turned(rng, (4, 3, 4, 3), strides=[2, 2], auto_pad="SAME_UPPER"),
    "ConvTranspose SAME_LOWER": lambda rng: turned(rng, (4, 3, 4, 3), strides=[2, 2], auto_pad="SAME_LOWER"),
    "ConvTranspose to a size": lambda rng: turned(rng, (4, 3, 3, 3), strides=[2, 2], output_shape=[14, 12]),
    "ConvTranspose of signals": lambda rng: turned(
        rng, (3, 2, 4), (2, 3, 9), strides=[2], pads=[1, 1], output_padding=[1]
    ),
    "Gemm": lambda rng: one(rng, "Gemm", (8, 5), (5,), shape=(3, 8)),
    "Gemm transposed": lambda rng: one(rng, "Gemm", (5, 8), (1, 5), shape=(3, 8), transB=1),
    "Gemm with factors": lambda rng: one(rng, "Gemm", (8, 5), (5,), shape=(3, 8), alpha=0.3, beta=-2.0),
    "Gemm without a bias": lambda rng: one(rng, "Gemm", (8, 5), shape=(3, 8)),
    "Gemm with one number": lambda rng: one(rng, "Gemm", (8, 5), (1,), shape=(3, 8)),
    "MatMul": lambda rng: one(rng, "MatMul", (8, 5), shape=(3, 8)),
    "MatMul of four axes": lambda rng: one(rng, "MatMul", (1, 1, 6, 5)),
    "MatMul and Add": dense,
    "Conv, Flatten, Gemm": flattened,
    "BatchNormalization": lambda rng: normalized(rng, IMAGE),
    "BatchNormalization of signals": lambda rng: normalized(rng, (2, 4, 9)),
    "BatchNormalization of rows": lambda rng: normalized(rng, (6, 4)),
    "InstanceNormalization": lambda rng: one(rng, "InstanceNormalization", (4,), (4,)),
    "LayerNormalization": lambda rng: one(rng, "LayerNormalization", (6,), (6,)),
    "LayerNormalization of images": lambda rng: one(rng, "LayerNormalization", (4, 7, 6), axis=1),
    **{f"{kind} of two": partial(two, kind=kind, a=IMAGE, c=IMAGE) for kind in ("Add", "Sub", "Mul", "Div")},
    **{f"{kind} by channel": partial(by_channel, kind=kind) for kind in ("Add", "Sub", "Mul", "Div")},
    "Sub from a number": partial(of_a_number, kind="Sub"),
    "Div of a number": partial(of_a_number, kind="Div"),
    "Add of fewer axes": partial(two, kind="Add", a=(6,), c=IMAGE),
    "Add of each other": partial(two, kind="Add", a=(2, 4, 1, 1), c=(1, 1, 7, 6)),
    **{kind: partial(many, kind=kind) for kind in ("Min", "Max", "Sum")},
    "squeeze and excitation": gated,
    "MaxPool": lambda rng: one(rng, "MaxPool", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1]),
    "MaxPool, ceil_mode": lambda rng: one(rng, "MaxPool", kernel_shape=[2, 3], strides=[2, 2], ceil_mode=1),
    "MaxPool of signals": lambda rng: one(rng, "MaxPool", shape=(2, 3, 9), kernel_shape=[3], pads=[1, 1]),
    "AveragePool": lambda rng: one(
        rng, "AveragePool", kernel_shape=[3, 2], strides=[2, 1], pads=[1, 1, 1, 0]
    ),
    "AveragePool counting": lambda rng: one(
        rng, "AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1
    ),
    "AveragePool, ceil_mode": lambda rng: one(
        rng, "AveragePool", opset=19, kernel_shape=[2, 4], strides=[2, 3], ceil_mode=1
    ),
    "AveragePool of signals": lambda rng: one(rng, "AveragePool", shape=(2, 3, 9), kernel_shape=[4]),
    "GlobalAveragePool": lambda rng: one(rng, "GlobalAveragePool"),
    "GlobalMaxPool": lambda rng: one(rng, "GlobalMaxPool"),
    "GlobalAveragePool of signals": lambda rng: one(rng, "GlobalAveragePool", shape=(2, 3, 9)),
    "GlobalMaxPool of signals": lambda rng: one(rng, "GlobalMaxPool", shape=(2, 3, 9)),
    **{
        f"{kind} {axes} {keep}": partial(one, kind=kind, axes=axes, keepdims=keep)
        for kind in ("ReduceMean", "ReduceMax", "ReduceL2", "ReduceMin", "ReduceL1", "ReduceSumSquare")
        for axes, keep in (([2, 3], 1), ([-1], 0), ([1], 1), ([0, 2], 0))
    },
    "ReduceSum": lambda rng: one(rng, "ReduceSum", whole(1, 3), keepdims=0),
    "ReduceMean in set 18": lambda rng: one(rng, "ReduceMean", whole(2, 3), opset=18),
    "Softmax": lambda rng: one(rng, "Softmax", shape=(3, 9)),
    "Softmax of channels": lambda rng: one(rng, "Softmax", axis=1),
    "Softmax in set 11": lambda rng: one(rng, "Softmax", opset=11, axis=2),
    "LogSoftmax": lambda rng: one(rng, "LogSoftmax", axis=1),
    "LogSoftmax in set 12": lambda rng: one(rng, "LogSoftmax", opset=12, axis=1),
    "Concat": joined,
    "Split in set 12": lambda rng: parts(rng, 12, split=[1, 3]),
    "Split": lambda rng: parts(rng, 17),
    "Slice": lambda rng: one(rng, "Slice", whole(-1, 0), whole(-9, 5), whole(2, 3), whole(-2, 2)),
    "Transpose": lambda rng: one(rng, "Transpose", perm=[0, 3, 1, 2]),
    "Reshape": lambda rng: one(rng, "Reshape", whole(0, -1, 6)),
    "Flatten": lambda rng: one(rng, "Flatten", axis=2),
    "Squeeze": lambda rng: one(rng, "Squeeze", whole(1, -1), shape=(2, 1, 3, 1)),
    "Unsqueeze": lambda rng: one(rng, "Unsqueeze", whole(1, -1), shape=(2, 3)),
    "Pad": lambda rng: one(rng, "Pad", whole(0, 1, 2, 0, 0, 0, 1, 3)),
    "Gather one": lambda rng: one(rng, "Gather", np.int64(-2), axis=1),
    "Gather in any order": lambda rng: one(rng, "Gather", np.array([[1, 0], [3, 3]], np.int64), axis=1),
    "Gather one element": lambda rng: one(rng, "Gather", whole(2), axis=2),
    "Gather some": lambda rng: one(rng, "Gather", whole(4, 2, 0), axis=3),
    "Resize nearest": lambda rng: resized(
        rng, (2, 2), mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"
    ),
    "Resize linear": lambda rng: resized(rng, (2, 3), mode="linear"),
    "Resize linear, as torch has it": lambda rng: resized(
        rng, (2, 2), mode="linear", coordinate_transformation_mode="pytorch_half_pixel"
    ),
    "Resize linear, corners": lambda rng: resized(
        rng, (2, 2), mode="linear", coordinate_transformation_mode="align_corners"
    ),
    "Resize linear, smaller": lambda rng: one(
        rng,
        "Resize",
        None,
        None,
        whole(2, 4, 3, 5),
        mode="linear",
        coordinate_transformation_mode="asymmetric",
    ),
    "DepthToSpace": lambda rng: one(rng, "DepthToSpace", shape=(1, 8, 3, 2), blocksize=2, mode="CRD"),
    "SpaceToDepth": lambda rng: one(rng, "SpaceToDepth", shape=(1, 2, 6, 4), blocksize=2),
    "channel shuffle": shuffled,
    "everything": everything,
    "Identity": lambda rng: chain(rng, ("Identity", {}), ("Dropout", {}), ("Cast", {"to": 1})),
}
