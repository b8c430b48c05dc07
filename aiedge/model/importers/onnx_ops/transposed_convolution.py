"""Transposed convolutions, in float: convolutions of an image between whose pixels zeros stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.bias import bias_numbers
from aiedge.model.importers.onnx_ops.convolution import IMAGE, Form, float_convolution
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    define,
    has_input,
    integer,
    integers,
    invalid,
    text,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import float_of, numbers_of
from aiedge.model.importers.onnx_ops.windows import Windows, pads_of, pair_of
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import FLOAT, Activation, Floats
from aiedge.model.ir.geometry import window_extent
from aiedge.model.ir.limits import MAX_DIMENSION
from aiedge.model.ir.ops import Pad, Reshape, StridedSlice, Transpose


def conv_transpose(builder: GraphBuilder, node: FileNode) -> None:
    """ConvTranspose of images and of signals, in groups too."""
    x = float_of(builder, node, 0)
    w = numbers_of(node, value_of(builder, node, 1), node.inputs[1])
    if len(x.shape) not in {3, 4} or w.ndim != len(x.shape):
        raise unsupported(node, f"a transposed convolution of {list(x.shape)} with {list(w.shape)}")
    size = list(w.shape[2:])
    if integers(node, "kernel_shape", size) != size:
        raise invalid(node, f"its kernel_shape is not that of its weights {list(w.shape)}")
    flat = w.ndim == 3
    weights = w[:, :, np.newaxis, :] if flat else w
    image = (*x.shape[:2], 1, x.shape[2]) if flat else x.shape
    group = integer(node, "group", 1)
    if group < 1 or image[1] != w.shape[0] or image[1] % group or min(w.shape) < 1:
        reason = f"weights {list(w.shape)} in {group} groups do not fit an input of {image[1]} channels"
        raise invalid(node, reason)
    outputs = w.shape[1] * group
    bias = bias_numbers(node, value_of(builder, node, 2) if has_input(node, 2) else None, outputs)
    rows = _axis(node, 0, image[2], weights.shape[2], flat)
    columns = _axis(node, 1, image[3], weights.shape[3], flat)
    y = (image[0], outputs, rows.result, columns.result)
    whole = builder.ordered(node, builder.reshape(node, x, image), IMAGE)
    if group == 1 and all(axis.is_tiled for axis in (rows, columns)):
        made = _tiled(builder, node, whole, weights, bias, y)
    else:
        made = _stuffed(builder, node, whole, (rows, columns), _turned(weights, group), bias, y)
    define(builder, node, builder.reshape(node, made, (*y[:2], y[3]) if flat else y))


OPERATORS: Mapping[str, Importer] = MappingProxyType({"ConvTranspose": conv_transpose})


@dataclass(frozen=True, slots=True)
class _Axis:
    """Height or width: ``size`` pixels become ``result``; ``before`` and ``after`` of the full result are cut off.

    ``after`` is negative where more zeros than the full result has follow.
    """

    size: int
    taps: int
    stride: int
    dilation: int
    before: int
    after: int
    result: int

    @property
    def extent(self) -> int:
        """How many results a pixel takes part in."""
        return window_extent(self.taps, self.dilation)

    @property
    def is_tiled(self) -> bool:
        """Whether each pixel makes results of its own."""
        return (self.taps, self.before, self.after) == (self.stride, 0, 0) and self.dilation == 1


def _axis(node: FileNode, axis: int, size: int, taps: int, flat: bool) -> _Axis:
    stride, dilation = pair_of(node, "strides", flat)[axis], pair_of(node, "dilations", flat)[axis]
    more = pair_of(node, "output_padding", flat, 0)[axis]
    if not (1 <= stride <= MAX_DIMENSION and 1 <= dilation <= MAX_DIMENSION and 0 <= more <= MAX_DIMENSION):
        raise invalid(
            node, f"its stride {stride}, dilation {dilation} or output_padding {more} is out of range"
        )
    extent = window_extent(taps, dilation)
    full = (size - 1) * stride + extent
    mode = text(node, "auto_pad", "NOTSET")
    wanted = _wanted(node, axis, size * stride, mode, flat)
    if wanted is None:
        before, end = pads_of(node, axis, flat) if mode != "VALID" else (0, 0)
    else:
        total = full + more - wanted
        before, end = total // 2, total - total // 2
        if mode != "SAME_UPPER":
            before, end = end, before
    result = full + more - before - end
    if not (0 <= before < extent and 0 <= end < extent) or result < 1:
        raise unsupported(node, f"a transposed convolution with padding {before}, {end} and {result} results")
    return _Axis(size, taps, stride, dilation, before, end - more, result)


def _wanted(node: FileNode, axis: int, same: int, mode: str, flat: bool) -> int | None:
    """The number of results, where the file tells it instead of the padding."""
    if mode not in {"NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"}:
        raise unsupported(node, f"the padding {mode!r}")
    given = integers(node, "output_shape")
    if given is None:
        return same if mode.startswith("SAME") else None
    if len(given) != (1 if flat else 2):
        raise unsupported(node, f"the output_shape {given}")
    return [1, *given][axis] if flat else given[axis]


def _turned(w: Floats, group: int) -> Floats:
    """Weights (I, O, KH, KW) of the transposed convolution as those (O, I, KH, KW) of the convolution."""
    parts = [part.transpose(1, 0, 2, 3) for part in np.split(w, group)]
    return np.concatenate(parts)[:, :, ::-1, ::-1]


def _tiled(
    builder: GraphBuilder, node: FileNode, x: Activation, w: Floats, bias: Floats, y: tuple[int, ...]
) -> Activation:
    """Each pixel makes a block of pixels: all pixels of a block are channels of one point first."""
    n, depth, height, width = x.shape
    _, outputs, rows, columns = w.shape
    points = w.transpose(2, 3, 1, 0).reshape(rows * columns * outputs, depth, 1, 1)
    deep = (n, rows * columns * outputs, height, width)
    windows = Windows((1, 1), (1, 1), (1, 1), (0, 0, 0, 0), (height, width), (0, 0))
    form = Form(x.shape, deep, deep, 1, windows)
    made = float_convolution(builder, node, x, form, points, np.tile(bias, rows * columns))
    blocks = (n, height, width, rows, columns, outputs)
    order = (0, 1, 3, 2, 4, 5)
    parts = builder.add(node, Reshape(), [made.tensor], blocks, tuple(range(6)), FLOAT)
    sizes = tuple(blocks[axis] for axis in order)
    turned = builder.add(node, Transpose.of(order), [parts.tensor], sizes, tuple(range(6)), FLOAT)
    return builder.add(node, Reshape(), [turned.tensor], y, IMAGE, FLOAT)


def _stuffed(
    builder: GraphBuilder,
    node: FileNode,
    x: Activation,
    axes: tuple[_Axis, _Axis],
    w: Floats,
    bias: Floats,
    y: tuple[int, ...],
) -> Activation:
    """The convolution of the image with zeros behind each pixel, ``stride - 1`` in each direction."""
    n, depth, height, width = x.shape
    strides = (axes[0].stride, axes[1].stride)
    if max(strides) > 1:
        plain = tuple(range(6))
        apart = (n, height, 1, width, 1, depth)
        x = builder.add(node, Reshape(), [x.tensor], apart, plain, FLOAT)
        pad = Pad.of([(0, 0), (0, 0), (0, strides[0] - 1), (0, 0), (0, strides[1] - 1), (0, 0)], 0)
        apart = (n, height, strides[0], width, strides[1], depth)
        x = builder.add(node, pad, [x.tensor], apart, plain, FLOAT)
        height, width = height * strides[0], width * strides[1]
        x = builder.add(node, Reshape(), [x.tensor], (n, depth, height, width), IMAGE, FLOAT)
    # The full result needs a window's extent less 1 of zeros on both sides; those behind the last pixel are there.
    before = [axis.extent - 1 - axis.before for axis in axes]
    after = [axis.extent - 1 - axis.after - (axis.stride - 1) for axis in axes]
    if min(after) < 0:
        height, width = height + min(after[0], 0), width + min(after[1], 0)
        cut = StridedSlice.of([0, 0, 0, 0], [1, 1, 1, 1])
        x = builder.add(node, cut, [x.tensor], (n, depth, height, width), IMAGE, FLOAT)
        after = [max(one, 0) for one in after]
    beyond = [max(one - axis.extent + 1, 0) for one, axis in zip(after, axes, strict=True)]
    if max(beyond) > 0:
        height, width = height + beyond[0], width + beyond[1]
        pad = Pad.of([(0, 0), (0, beyond[0]), (0, beyond[1]), (0, 0)], 0)
        x = builder.add(node, pad, [x.tensor], (n, depth, height, width), IMAGE, FLOAT)
        after = [one - more for one, more in zip(after, beyond, strict=True)]
    windows = Windows(
        (axes[0].taps, axes[1].taps),
        (1, 1),
        (axes[0].dilation, axes[1].dilation),
        (before[0], after[0], before[1], after[1]),
        (y[2], y[3]),
        (0, 0),
    )
    form = Form((n, depth, height, width), y, y, depth // w.shape[1], windows)
    return float_convolution(builder, node, x, form, w, bias)
