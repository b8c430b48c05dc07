"""Operations that make an image larger or smaller."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiedge.model.importers.tflite_ops.fields import Importer, inputs_of, is_float, node_of
from aiedge.model.importers.tflite_reader import FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node
from aiedge.model.ir.ops import FloatResizeBilinear, ResizeBilinear, ResizeNearest


def resize_bilinear(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's RESIZE_BILINEAR."""
    # The size stands in the output tensor too.
    modes = _modes(operator)
    op = FloatResizeBilinear(*modes) if is_float(tensors, operator) else ResizeBilinear(*modes)
    return node_of(tensors, operator, op, inputs_of(tensors, operator, 1, 2))


def resize_nearest_neighbor(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's RESIZE_NEAREST_NEIGHBOR."""
    return node_of(tensors, operator, ResizeNearest(*_modes(operator)), inputs_of(tensors, operator, 1, 2))


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "RESIZE_BILINEAR": resize_bilinear,
        "RESIZE_NEAREST_NEIGHBOR": resize_nearest_neighbor,
    }
)


def _modes(operator: FileOperator) -> tuple[int, int]:
    options = operator.options
    return int(options.get("AlignCorners", False)), int(options.get("HalfPixelCenters", False))
