"""Random .tflite models of the operators that only move elements; LiteRT accepts each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from tflite_builder import TfliteBuilder
from tflite_models import Draw


class _Model:
    """One input, or several of one quantization, and what is made of them."""

    def __init__(self, draw: Draw, dtype: str) -> None:
        self.t = TfliteBuilder()
        self._like = (dtype, draw.scale(1e-3, 1), draw.zero_point(dtype))

    def tensor(self, shape: Sequence[int], **more: Any) -> int:
        return self.t.tensor(shape, *self._like, **more)

    def settings(self, values: Any) -> int:
        array = np.array(values, np.int32)
        return self.t.tensor(array.shape, "int32", data=array)


def shape_of(draw: Draw, rank: int, most: int = 5) -> tuple[int, ...]:
    return tuple(draw.whole(1, most) for _ in range(rank))


def concatenation(draw: Draw, dtype: str) -> bytes:
    """CONCATENATION of one to four inputs along any axis, one of them twice."""
    rank = draw.whole(1, 4)
    axis = draw.whole(0, rank - 1)
    shape = shape_of(draw, rank)
    m = _Model(draw, dtype)
    sizes = [draw.whole(1, 40 if axis == rank - 1 else 4) for _ in range(draw.whole(1, 4))]
    inputs = [m.tensor((*shape[:axis], size, *shape[axis + 1 :])) for size in sizes]
    joined = [*inputs, inputs[0]] if draw.whole(0, 1) else inputs
    total = sum(sizes) + (sizes[0] if len(joined) > len(inputs) else 0)
    y = m.tensor((*shape[:axis], total, *shape[axis + 1 :]))
    m.t.operator("CONCATENATION", joined, [y], Axis=axis - rank * draw.whole(0, 1))
    return m.t.build(inputs, [y])


def concatenation_of_scales(draw: Draw, dtype: str) -> bytes:
    """CONCATENATION of all values of three quantizations: in uint8 all different, in int8 equal."""
    t = TfliteBuilder()
    scale, zero = draw.scale(1e-3, 1), draw.zero_point(dtype)
    inputs = [t.tensor((1, 300), dtype, scale, zero)]
    for _ in range(2):
        other = (float(np.float32(scale * draw.scale(0.1, 8))), draw.zero_point(dtype))
        inputs.append(t.tensor((1, 300), dtype, *(other if dtype == "uint8" else (scale, zero))))
    y = t.tensor((1, 900), dtype, scale, zero)
    t.operator("CONCATENATION", inputs, [y], Axis=1)
    return t.build(inputs, [y])


def pack(draw: Draw, dtype: str) -> bytes:
    """PACK of one to four inputs along any axis."""
    shape = shape_of(draw, draw.whole(1, 4))
    axis, count = draw.whole(0, len(shape)), draw.whole(1, 4)
    m = _Model(draw, dtype)
    inputs = [m.tensor(shape) for _ in range(count)]
    y = m.tensor((*shape[:axis], count, *shape[axis:]))
    m.t.operator("PACK", inputs, [y], Axis=axis, ValuesCount=count)
    return m.t.build(inputs, [y])


def unpack(draw: Draw, dtype: str) -> bytes:
    """UNPACK along any axis."""
    shape = shape_of(draw, draw.whole(1, 4))
    axis, count = draw.whole(0, len(shape)), draw.whole(1, 4)
    m = _Model(draw, dtype)
    x = m.tensor((*shape[:axis], count, *shape[axis:]))
    outputs = [m.tensor(shape) for _ in range(count)]
    m.t.operator("UNPACK", [x], outputs, Axis=axis - (len(shape) + 1) * draw.whole(0, 1), Num=count)
    return m.t.build([x], outputs)


def pad(draw: Draw, dtype: str) -> bytes:
    """PAD, and PADV2 with a constant of the same quantization."""
    shape = shape_of(draw, draw.whole(1, 4))
    pads = [(draw.whole(0, 3), draw.whole(0, 3)) for _ in shape]
    m = _Model(draw, dtype)
    x = m.tensor(shape)
    y = m.tensor([size + sum(pair) for size, pair in zip(shape, pads, strict=True)])
    inputs = [x, m.settings(pads)]
    kind = "PAD"
    if draw.whole(0, 1):
        kind = "PADV2"
        around = 0 if dtype == "float32" else draw.zero_point(dtype)
        inputs.append(m.tensor((1,), data=np.array([around], dtype)))
    m.t.operator(kind, inputs, [y])
    return m.t.build([x], [y])


def transpose(draw: Draw, dtype: str) -> bytes:
    """TRANSPOSE of up to six axes."""
    rank = draw.whole(1, 6)
    shape = shape_of(draw, rank, 20 if rank < 3 else 4)
    order = [int(axis) for axis in draw.rng.permutation(rank)]
    m = _Model(draw, dtype)
    x, y = m.tensor(shape), m.tensor([shape[axis] for axis in order])
    m.t.operator("TRANSPOSE", [x, m.settings(order)], [y])
    return m.t.build([x], [y])


def slice_(draw: Draw, dtype: str) -> bytes:
    """SLICE, some of its sizes "to the end"."""
    shape = shape_of(draw, draw.whole(1, 5), 6)
    begins = [draw.whole(0, size - 1) for size in shape]
    counts = [draw.whole(1, size - begin) for size, begin in zip(shape, begins, strict=True)]
    m = _Model(draw, dtype)
    given = list(counts)
    if draw.whole(0, 1):
        given[0], counts[0] = -1, shape[0] - begins[0]
    x, y = m.tensor(shape), m.tensor(counts)
    m.t.operator("SLICE", [x, m.settings(begins), m.settings(given)], [y])
    return m.t.build([x], [y])


def strided_slice(draw: Draw, dtype: str) -> bytes:
    """STRIDED_SLICE with masks, ends beyond the axis, negative strides, and axes dropped."""
    while True:
        shape = shape_of(draw, draw.whole(1, 4), 7)
        masks = [draw.whole(0, 2 ** len(shape) - 1) for _ in range(3)]
        ranges = []
        for i, size in enumerate(shape):
            begin, end, stride = draw.whole(-size, size - 1), draw.whole(-size - 2, size + 2), 1
            if not masks[2] >> i & 1:
                stride = (1, 2, 3, -1, -2)[draw.whole(0, 4)]
            ranges.append((begin, end, stride))
        values = np.zeros(shape)
        index: list[Any] = []
        for i, (begin, end, stride) in enumerate(ranges):
            low, high = (None if masks[0] >> i & 1 else begin), (None if masks[1] >> i & 1 else end)
            index.append((low or 0) if masks[2] >> i & 1 else slice(low, high, stride))
        taken = values[tuple(index)]
        if taken.size:
            break
    m = _Model(draw, dtype)
    x, y = m.tensor(shape), m.tensor(taken.shape)
    settings = [m.settings([r[i] for r in ranges]) for i in range(3)]
    options = {"BeginMask": masks[0], "EndMask": masks[1], "ShrinkAxisMask": masks[2]}
    m.t.operator("STRIDED_SLICE", [x, *settings], [y], **options)
    return m.t.build([x], [y])


def strided_slice_with_ellipsis(draw: Draw, dtype: str) -> bytes:
    """STRIDED_SLICE ``x[a:b, ..., new axis, c:d]``."""
    shape = shape_of(draw, draw.whole(3, 4), 6)
    m = _Model(draw, dtype)
    x, y = m.tensor(shape), m.tensor((shape[0], *shape[1:-1], 1, 1))
    settings = [m.settings(values) for values in ([0, 0, 0, -1], [shape[0], 0, 0, shape[-1]], [1, 1, 1, 1])]
    m.t.operator("STRIDED_SLICE", [x, *settings], [y], EllipsisMask=2, NewAxisMask=4)
    return m.t.build([x], [y])


def split(draw: Draw, dtype: str) -> bytes:
    """SPLIT into equal parts along any axis."""
    shape = list(shape_of(draw, draw.whole(1, 4)))
    axis, count = draw.whole(0, len(shape) - 1), draw.whole(1, 4)
    m = _Model(draw, dtype)
    outputs = [m.tensor(shape) for _ in range(count)]
    whole = [*shape[:axis], shape[axis] * count, *shape[axis + 1 :]]
    x = m.tensor(whole)
    m.t.operator("SPLIT", [m.settings(axis), x], outputs, NumSplits=count)
    return m.t.build([x], outputs)


def split_v(draw: Draw, dtype: str) -> bytes:
    """SPLIT_V into parts of given sizes, one of them "the rest"."""
    shape = shape_of(draw, draw.whole(1, 4))
    axis = draw.whole(0, len(shape) - 1)
    sizes = [draw.whole(1, 6) for _ in range(draw.whole(1, 4))]
    m = _Model(draw, dtype)
    outputs = [m.tensor((*shape[:axis], size, *shape[axis + 1 :])) for size in sizes]
    x = m.tensor((*shape[:axis], sum(sizes), *shape[axis + 1 :]))
    if draw.whole(0, 1):
        sizes[-1] = -1
    m.t.operator("SPLIT_V", [x, m.settings(sizes), m.settings(axis)], outputs, NumSplits=len(sizes))
    return m.t.build([x], outputs)


def squeeze(draw: Draw, dtype: str) -> bytes:
    """SQUEEZE of an image's two axes of one."""
    batch, depth = draw.whole(2, 3), draw.whole(2, 20)
    m = _Model(draw, dtype)
    x, y = m.tensor((batch, 1, 1, depth)), m.tensor((batch, depth))
    m.t.operator("SQUEEZE", [x], [y])
    return m.t.build([x], [y])


def expand_dims(draw: Draw, dtype: str) -> bytes:
    """EXPAND_DIMS at any axis."""
    shape = shape_of(draw, draw.whole(1, 3))
    axis = draw.whole(0, len(shape))
    m = _Model(draw, dtype)
    x, y = m.tensor(shape), m.tensor((*shape[:axis], 1, *shape[axis:]))
    m.t.operator("EXPAND_DIMS", [x, m.settings(axis)], [y])
    return m.t.build([x], [y])


def depth_to_space(draw: Draw, dtype: str) -> bytes:
    """DEPTH_TO_SPACE."""
    return _blocks(draw, dtype, "DEPTH_TO_SPACE")


def space_to_depth(draw: Draw, dtype: str) -> bytes:
    """SPACE_TO_DEPTH."""
    return _blocks(draw, dtype, "SPACE_TO_DEPTH")


def _blocks(draw: Draw, dtype: str, kind: str) -> bytes:
    n, height, width, depth = shape_of(draw, 4)
    block = draw.whole(2, 3)
    m = _Model(draw, dtype)
    deep = m.tensor((n, height, width, depth * block * block))
    wide = m.tensor((n, height * block, width * block, depth))
    x, y = (deep, wide) if kind == "DEPTH_TO_SPACE" else (wide, deep)
    m.t.operator(kind, [x], [y], BlockSize=block)
    return m.t.build([x], [y])


MODELS: dict[str, Callable[[Draw, str], bytes]] = {
    model.__name__.rstrip("_"): model
    for model in (
        concatenation, concatenation_of_scales, pack, unpack, pad, transpose, slice_, strided_slice,
        strided_slice_with_ellipsis, split, split_v, squeeze, expand_dims, depth_to_space, space_to_depth,
    )
}  # fmt: skip
