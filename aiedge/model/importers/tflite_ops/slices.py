"""Operations that take a part of a tensor, or several parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import Importer, axis_of, inputs_of, new_node, output_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import Reshape, StridedSlice


@dataclass(frozen=True, slots=True)
class _Range:
    """The elements ``begin + k * stride`` of one axis, ``count`` of them."""

    begin: int
    stride: int
    count: int


def strided_slice(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's STRIDED_SLICE; its masks become ranges here."""
    (x,) = inputs_of(tensors, operator, 1, 4)
    begins, ends, strides = _settings(tensors, operator, 3)
    if operator.options.get("Offset", False):
        raise ModelError("AIE-MOD-010", where=operator.place, feature="a STRIDED_SLICE with offsets")
    if not len(begins) == len(ends) == len(strides) or 0 in strides:
        reason = f"it has {len(begins)} begins, {len(ends)} ends and the strides {strides}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    masks = {name: int(operator.options.get(f"{name}Mask", 0)) for name in _MASKS}
    shape = tensors.tensors[x].shape
    ranges: list[_Range] = []
    for i, (begin, end, stride) in enumerate(zip(begins, ends, strides, strict=True)):
        on = {name: bool(mask >> i & 1) for name, mask in masks.items()}
        if on["Ellipsis"]:
            later = sum(not masks["NewAxis"] >> k & 1 for k in range(i + 1, len(begins)))
            if len(ranges) + later >= len(shape):  # LiteRT then takes other axes than the schema says
                feature = "a STRIDED_SLICE whose ellipsis stands for no axis"
                raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
            while len(ranges) + later < len(shape):
                ranges.append(_Range(0, 1, shape[len(ranges)]))
        elif not on["NewAxis"]:
            if len(ranges) == len(shape):
                reason = f"it takes more axes than the {len(shape)} of its input"
                raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
            size = shape[len(ranges)]
            low = None if on["Begin"] else begin
            high = None if on["End"] else end
            # LiteRT looks at the begin's mask also where the axis is dropped, NumPy's users at the index.
            ranges.append(_one(low or 0, size) if on["ShrinkAxis"] else _range(low, high, stride, size))
    ranges.extend(_Range(0, 1, size) for size in shape[len(ranges) :])
    return _slice(tensors, operator, x, ranges, output_of(operator))


def slice_(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's SLICE."""
    (x,) = inputs_of(tensors, operator, 1, 3)
    begins, counts = _settings(tensors, operator, 2)
    shape = tensors.tensors[x].shape
    if not len(begins) == len(counts) == len(shape):
        reason = f"it has {len(begins)} begins and {len(counts)} sizes for {len(shape)} axes"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    ranges = [
        _Range(begin, 1, size - begin if count == -1 else count)
        for begin, count, size in zip(begins, counts, shape, strict=True)
    ]
    return _slice(tensors, operator, x, ranges, output_of(operator))


def split(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's SPLIT: equal parts."""
    if len(operator.inputs) != 2:
        raise _wrong_inputs(operator, 2)
    axes, x = tensors.settings(operator.inputs[0]), tensors.index(operator.inputs[1])
    shape = tensors.tensors[x].shape
    axis = axis_of(operator, axes[0] if len(axes) == 1 else len(shape), len(shape))
    return _parts(tensors, operator, x, axis, [shape[axis] // len(operator.outputs)] * len(operator.outputs))


def split_v(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's SPLIT_V: parts of given sizes, one of which may be -1, the rest."""
    if len(operator.inputs) != 3:
        raise _wrong_inputs(operator, 3)
    (x,) = inputs_of(tensors, operator, 1, 3)
    counts, axes = _settings(tensors, operator, 2)
    shape = tensors.tensors[x].shape
    axis = axis_of(operator, axes[0] if len(axes) == 1 else len(shape), len(shape))
    if len(counts) != len(operator.outputs):
        reason = f"it has {len(counts)} sizes for {len(operator.outputs)} outputs"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    rest = shape[axis] - sum(count for count in counts if count != -1)
    return _parts(tensors, operator, x, axis, [rest if count == -1 else count for count in counts])


def unpack(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's UNPACK: each part loses the axis."""
    (x,) = inputs_of(tensors, operator, 1, 1)
    axis = axis_of(operator, int(operator.options.get("Axis", 0)), len(tensors.tensors[x].shape))
    return _parts(tensors, operator, x, axis, [1] * len(operator.outputs))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "STRIDED_SLICE": strided_slice,
        "SLICE": slice_,
        "SPLIT": split,
        "SPLIT_V": split_v,
        "UNPACK": unpack,
    }
)

_MASKS = ("Begin", "End", "Ellipsis", "NewAxis", "ShrinkAxis")


def _settings(tensors: TensorTable, operator: FileOperator, count: int) -> list[list[int]]:
    """The lists of the inputs after the first."""
    if len(operator.inputs) != 1 + count:
        raise _wrong_inputs(operator, 1 + count)
    return [tensors.settings(index) for index in operator.inputs[1:]]


def _wrong_inputs(operator: FileOperator, count: int) -> ModelError:
    reason = f"it has {len(operator.inputs)} inputs and needs {count}"
    return ModelError("AIE-MOD-009", where=operator.place, reason=reason)


def _one(begin: int, size: int) -> _Range:
    return _Range(begin + size if begin < 0 else begin, 1, 1)


def _range(begin: int | None, end: int | None, stride: int, size: int) -> _Range:
    """What Python's slice takes, which is what the schema means; None: a masked, open side."""
    first, last, _ = slice(begin, end, stride).indices(size)
    return _Range(first, stride, len(range(first, last, stride)))


def _parts(
    tensors: TensorTable, operator: FileOperator, x: int, axis: int, counts: Sequence[int]
) -> list[Node]:
    """One slice after another along an axis, each for one output."""
    shape = tensors.tensors[x].shape
    begin = 0
    nodes: list[Node] = []
    for output, count in zip(operator.outputs, counts, strict=True):
        ranges = [_Range(0, 1, size) for size in shape]
        ranges[axis] = _Range(begin, 1, count)
        nodes.extend(_slice(tensors, operator, x, ranges, output))
        begin += count
    if begin != shape[axis]:
        reason = f"its parts have {begin} of {shape[axis]} on axis {axis}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    return nodes


def _slice(
    tensors: TensorTable, operator: FileOperator, x: int, ranges: Sequence[_Range], output: int
) -> list[Node]:
    """The slice, and a reshape where the output has other axes than the input."""
    if any(taken.count < 1 for taken in ranges):
        raise ModelError("AIE-MOD-010", where=operator.place, feature="a slice without elements")
    y = tensors.index(output)
    name = tensors.tensors[y].name
    op = StridedSlice.of([taken.begin for taken in ranges], [taken.stride for taken in ranges])
    shape = tuple(taken.count for taken in ranges)
    if not shape:
        return [Node(name, Reshape(), (x,), (y,))]
    if shape == tensors.tensors[y].shape:
        return [Node(name, op, (x,), (y,))]
    taken = new_node(tensors, op, x, shape)
    return [taken, Node(name, Reshape(), taken.outputs, (y,))]
