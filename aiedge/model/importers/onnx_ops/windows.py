"""Where the windows of Conv and of the pools lie."""

from __future__ import annotations

from dataclasses import dataclass

from aiedge.model.importers.onnx_ops.fields import integer, integers, invalid, text, unsupported
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.ir.geometry import same_padding, window_count, window_extent


@dataclass(frozen=True, slots=True)
class Windows:
    """Each pair is (height, width); ``pads`` is (top, bottom, left, right).

    ``beyond``: how much of the padding at the end the file does not have; a last window that begins inside reaches it.
    """

    size: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    pads: tuple[int, int, int, int]
    counts: tuple[int, int]
    beyond: tuple[int, int]


def windows_of(
    node: FileNode, image: tuple[int, int], size: tuple[int, int], *, one_axis: bool = False
) -> Windows:
    """By the attributes strides, dilations, pads, auto_pad and ceil_mode; with ``one_axis`` they have only a width."""
    strides = pair_of(node, "strides", one_axis)
    dilations = pair_of(node, "dilations", one_axis)
    if min(*size, *strides, *dilations) < 1:
        raise invalid(node, f"its window {size}, strides {strides} or dilations {dilations} are below 1")
    extents = [window_extent(taps, step) for taps, step in zip(size, dilations, strict=True)]
    pads = [list(_pads(node, axis, image[axis], extents[axis], strides[axis], one_axis)) for axis in (0, 1)]
    counts = []
    beyond = [0, 0]
    for axis in (0, 1):
        before, after = pads[axis]
        if not (0 <= before < extents[axis] and 0 <= after < extents[axis]):
            raise invalid(node, f"its padding {before}, {after} does not fit a window of {extents[axis]}")
        count = window_count(image[axis], before, after, extents[axis], strides[axis])
        if integer(node, "ceil_mode", 0) and count >= 1:
            # A last window that begins inside counts, too; what it lacks is padding.
            rest = image[axis] + before + after - extents[axis] - (count - 1) * strides[axis]
            if rest > 0 and count * strides[axis] < image[axis] + before:
                count += 1
                pads[axis][1] = (count - 1) * strides[axis] + extents[axis] - image[axis] - before
                beyond[axis] = pads[axis][1] - after
        if count < 1:
            raise invalid(node, f"no window of {extents[axis]} fits an image of {image[axis]}")
        counts.append(count)
    (top, bottom), (left, right) = pads
    whole = (top, bottom, left, right)
    return Windows(size, strides, dilations, whole, (counts[0], counts[1]), (beyond[0], beyond[1]))


def pair_of(node: FileNode, name: str, one_axis: bool, default: int = 1) -> tuple[int, int]:
    """An attribute with a number for height and width; with ``one_axis`` it has only the second."""
    given = integers(node, name) or [default] * (1 if one_axis else 2)
    if one_axis and len(given) == 1:
        return default, given[0]
    if one_axis or len(given) != 2:
        raise invalid(node, f"its {name} are {given}, which are not {'one' if one_axis else 'two'}")
    return given[0], given[1]


def pads_of(node: FileNode, axis: int, one_axis: bool) -> tuple[int, int]:
    """The attribute pads of an axis, height or width: before and after."""
    pads = integers(node, "pads") or [0] * (2 if one_axis else 4)
    if one_axis and len(pads) == 2:
        pads = [0, pads[0], 0, pads[1]]
    if len(pads) != 4:
        raise invalid(node, f"its pads are {pads}, which are not four")
    return pads[axis], pads[axis + 2]


def _pads(node: FileNode, axis: int, image: int, extent: int, stride: int, one_axis: bool) -> tuple[int, int]:
    mode = text(node, "auto_pad", "NOTSET")
    if mode == "VALID":
        return 0, 0
    if mode in {"SAME_UPPER", "SAME_LOWER"}:
        before, after = same_padding(image, extent, stride)
        return (before, after) if mode == "SAME_UPPER" else (after, before)
    if mode not in {"NOTSET", ""}:
        raise unsupported(node, f"the padding {mode!r}")
    return pads_of(node, axis, one_axis)
