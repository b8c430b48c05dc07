"""Operators that change the size of an image: padding, resizing, blocks of pixels and channels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_builder import GraphBuilder
from aiedge.model.importers.onnx_ops.fields import (
    Importer,
    array_of,
    axis_of,
    define,
    has_input,
    integer,
    integers,
    integers_of,
    invalid,
    real,
    text,
    unsupported,
    value_of,
)
from aiedge.model.importers.onnx_ops.floats import float_value
from aiedge.model.importers.onnx_ops.moves import Move, moved
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Activation, Constant, Function, Value, Weights
from aiedge.model.ir.ops import FloatResizeBilinear, Op, Pad, ResizeBilinear, ResizeNearest
from aiedge.model.ir.sampling import nearest_indices

_IMAGE = (0, 2, 3, 1)


def pad(builder: GraphBuilder, node: FileNode) -> None:
    """Pad with a constant; numbers with zeros."""
    if text(node, "mode", "constant") != "constant":
        raise unsupported(node, f"the padding {text(node, 'mode', '')!r}")
    value = _values(builder, node)
    rank = len(value.shape)
    flat = integers_of(builder, node, 1)
    axes = integers_of(builder, node, 3) if has_input(node, 3) else list(range(rank))
    if len(flat) != 2 * len(axes) or min(flat, default=0) < 0:
        raise unsupported(node, f"paddings of {flat} for axes {axes} of {rank}")
    pairs = [(0, 0)] * rank
    for index, axis in enumerate(axes):
        pairs[axis_of(node, axis, rank)] = (flat[index], flat[index + len(axes)])
    around = 0.0
    if has_input(node, 2):
        given = array_of(builder, node, 2)
        if given.size != 1 or given.dtype.kind != "f":
            raise unsupported(node, f"padding with {list(given.shape)} of {given.dtype.name}")
        around = float(given.reshape(-1)[0])
    if math.isnan(around):
        raise invalid(node, "it pads with what is no number")
    shape = tuple(size + sum(pair) for size, pair in zip(value.shape, pairs, strict=True))

    def activation(x: Activation) -> Activation:
        if x.coding.is_float and around != 0:
            raise unsupported(node, f"padding of numbers with {around}")
        # A bound that is the number itself: rounded and held as the integers of the input are.
        filled = 0 if x.coding.is_float else builder.clamp(x.coding, around, around)[0]
        op = Pad.of([pairs[axis] for axis in x.order], filled)
        return builder.add(node, op, [x.tensor], shape, x.order, x.coding)

    define(builder, node, moved(builder, node, value, Move(shape, activation, lambda array: array)))


def resize(builder: GraphBuilder, node: FileNode) -> None:
    """Resize of height and width, nearest or linear."""
    value = _values(builder, node)
    if len(value.shape) != 4:
        raise unsupported(node, f"a resize of {list(value.shape)}")
    sizes = _sizes(builder, node, value.shape)
    if sizes[:2] != value.shape[:2] or min(sizes) < 1:
        raise unsupported(node, f"a resize from {list(value.shape)} to {list(sizes)}")
    if integer(node, "antialias", 0) or text(node, "keep_aspect_ratio_policy", "stretch") != "stretch":
        raise unsupported(node, "a resize with antialias or a fixed aspect ratio")
    mode = text(node, "mode", "nearest")
    if mode not in {"nearest", "linear"}:
        raise unsupported(node, f"the mode {mode!r}")
    nearest = _nearest(node, value.shape[2:], sizes[2:]) if mode == "nearest" else None
    forms = _linear(node, sizes[2:]) if mode == "linear" else (0, 0)

    def activation(x: Activation) -> Activation:
        image = builder.ordered(node, x, _IMAGE)
        op: Op = FloatResizeBilinear(*forms) if x.coding.is_float else ResizeBilinear(*forms)
        op = nearest if nearest is not None else op
        return builder.add(node, op, [image.tensor], sizes, _IMAGE, x.coding)

    define(builder, node, moved(builder, node, value, Move(sizes, activation, lambda array: array)))


def depth_to_space(builder: GraphBuilder, node: FileNode) -> None:
    """DepthToSpace: blocks of channels become blocks of pixels."""
    value, block = _blocks(builder, node)
    n, channels, height, width = value.shape
    if channels % (block * block):
        raise invalid(node, f"{channels} channels are no blocks of {block}")
    depth = channels // (block * block)
    mode = text(node, "mode", "DCR")
    if mode not in {"DCR", "CRD"}:
        raise unsupported(node, f"the mode {mode!r}")
    split, axes = ((n, block, block, depth, height, width), (0, 3, 4, 1, 5, 2))
    if mode == "CRD":
        split, axes = ((n, depth, block, block, height, width), (0, 1, 4, 2, 5, 3))
    shape = (n, depth, height * block, width * block)
    define(builder, node, _transposed(builder, node, value, split, axes, shape))


def space_to_depth(builder: GraphBuilder, node: FileNode) -> None:
    """SpaceToDepth: blocks of pixels become blocks of channels."""
    value, block = _blocks(builder, node)
    if text(node, "mode", "DCR") != "DCR":
        raise unsupported(node, f"the mode {text(node, 'mode', '')!r}")
    n, channels, height, width = value.shape
    if height % block or width % block:
        raise invalid(node, f"an image of {height}x{width} is no blocks of {block}")
    split = (n, channels, height // block, block, width // block, block)
    shape = (n, channels * block * block, height // block, width // block)
    define(builder, node, _transposed(builder, node, value, split, (0, 3, 5, 1, 2, 4), shape))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "Pad": pad,
        "Resize": resize,
        "DepthToSpace": depth_to_space,
        "SpaceToDepth": space_to_depth,
    }
)


def _values(builder: GraphBuilder, node: FileNode) -> Value:
    """Numbers, integers whose coding is known, or what will have one."""
    value = value_of(builder, node, 0)
    if isinstance(value, Constant | Weights):
        raise unsupported(node, f"a constant as input {node.inputs[0][:80]!r} of {node.kind}")
    if isinstance(value, Function):
        return float_value(builder, node, value, node.inputs[0])
    if isinstance(value, Activation) and not value.coding.is_scaled:
        raise unsupported(node, f"integers {node.inputs[0][:80]!r} without a scale as input of {node.kind}")
    return value


def _blocks(builder: GraphBuilder, node: FileNode) -> tuple[Value, int]:
    value = _values(builder, node)
    block = integer(node, "blocksize", 0)
    if len(value.shape) != 4 or not 1 <= block <= 1 << 12:
        raise unsupported(node, f"blocks of {block} in {list(value.shape)}")
    return value, block


def _transposed(
    builder: GraphBuilder,
    node: FileNode,
    value: Value,
    split: tuple[int, ...],
    axes: tuple[int, ...],
    shape: tuple[int, ...],
) -> Value:
    """The values in the shape ``split``, their axes in another order, then in the shape ``shape``."""

    def activation(x: Activation) -> Activation:
        parts = builder.reshape(node, x, split)
        sizes = tuple(split[axis] for axis in axes)
        order = tuple(axes.index(axis) for axis in parts.order)
        return builder.reshape(node, Activation(parts.tensor, sizes, order, x.coding), shape)

    return moved(builder, node, value, Move(shape, activation, lambda array: array))


def _sizes(builder: GraphBuilder, node: FileNode, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The output's shape by the inputs scales or sizes."""
    axes = integers(node, "axes", list(range(4)))
    counted = [axis_of(node, axis, 4) for axis in axes or []]
    sizes = list(shape)
    if has_input(node, 3):
        given = integers_of(builder, node, 3)
    else:
        scales = array_of(builder, node, 2)
        if scales.dtype != np.float32 or scales.ndim != 1 or not np.all(np.isfinite(scales) & (scales > 0)):
            raise invalid(node, "its scales are no positive numbers")
        exact = [shape[axis] * float(scale) for axis, scale in zip(counted, scales, strict=False)]
        if len(scales) != len(counted) or any(size != int(size) or size > 1 << 24 for size in exact):
            raise unsupported(node, f"scales of {scales.tolist()} for {list(shape)}")
        given = [int(size) for size in exact]
    if len(given) != len(counted):
        raise invalid(node, f"it has sizes {given} for axes {counted}")
    for axis, size in zip(counted, given, strict=True):
        sizes[axis] = size
    if max(sizes) > 1 << 16:
        raise unsupported(node, f"a resize to {sizes}")
    return tuple(sizes)


def _nearest(node: FileNode, before: tuple[int, ...], after: tuple[int, ...]) -> ResizeNearest:
    """The form that takes the same elements as the file's."""
    wanted = [_nearest_of(node, n, m) for n, m in zip(before, after, strict=True)]
    for corners, centers in ((0, 0), (0, 1), (1, 0)):
        taken = [
            nearest_indices(n, m, bool(corners), bool(centers)) for n, m in zip(before, after, strict=True)
        ]
        if all(np.array_equal(a, b) for a, b in zip(wanted, taken, strict=True)):
            return ResizeNearest(corners, centers)
    raise unsupported(node, f"this way to the nearest element, from {list(before)} to {list(after)}")


def _nearest_of(node: FileNode, size: int, count: int) -> NDArray[np.int64]:
    """Which elements the file's attributes take of an axis, by the standard's formulas."""
    index, scale = np.arange(count, dtype=np.float64), count / size
    mode = text(node, "coordinate_transformation_mode", "half_pixel")
    places = {
        "half_pixel": (index + 0.5) / scale - 0.5,
        "pytorch_half_pixel": (index + 0.5) / scale - 0.5 if count > 1 else index * 0,
        "asymmetric": index / scale,
        "align_corners": index * (size - 1) / max(count - 1, 1),
    }
    rounding = text(node, "nearest_mode", "round_prefer_floor")
    if mode not in places or rounding not in {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}:
        raise unsupported(node, f"a resize with {mode!r} and {rounding!r}")
    place = places[mode]
    rounded = {
        "round_prefer_floor": np.ceil(place - 0.5),
        "round_prefer_ceil": np.floor(place + 0.5),
        "floor": np.floor(place),
        "ceil": np.ceil(place),
    }[rounding]
    indices: NDArray[np.int64] = np.clip(rounded, 0, size - 1).astype(np.int64)
    return indices


def _linear(node: FileNode, after: tuple[int, ...]) -> tuple[int, int]:
    """Whether corners are aligned, and whether pixels have their centers at halves."""
    mode = text(node, "coordinate_transformation_mode", "half_pixel")
    if mode == "pytorch_half_pixel" and min(after) > 1:
        mode = "half_pixel"
    forms = {"half_pixel": (0, 1), "asymmetric": (0, 0), "align_corners": (1, 0)}
    if mode not in forms or real(node, "exclude_outside", 0):
        raise unsupported(node, f"a linear resize with {mode!r}")
    return forms[mode]
