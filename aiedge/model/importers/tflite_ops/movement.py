"""Operations that move all elements."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from aiedge.errors import ModelError
from aiedge.model.importers.tflite_ops.fields import (
    Importer,
    axis_of,
    inputs_of,
    new_node,
    node_of,
    output_of,
    wrong_rank,
)
from aiedge.model.importers.tflite_reader import ABSENT, FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.arithmetic import concat_table
from aiedge.model.ir.graph import Node, Quantization, Tensor
from aiedge.model.ir.limits import MAX_NODE_INPUTS
from aiedge.model.ir.ops import Concat, Lookup, Pad, Reshape, Transpose


def reshape(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's RESHAPE, SQUEEZE and EXPAND_DIMS."""
    # The target shape stands in the output tensor too, and there it is checked.
    return node_of(tensors, operator, Reshape(), inputs_of(tensors, operator, 1, 2))


def concatenation(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's CONCATENATION. In uint8, inputs of another quantization than the output's get it by a table."""
    if operator.options.get("FusedActivationFunction", 0) != 0:
        feature = "an activation fused to a CONCATENATION"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    axis = _axis(tensors, operator)
    y = tensors.get(output_of(operator))
    nodes: list[Node] = []
    inputs: list[int] = []
    for index in _all_inputs(tensors, operator):
        x = tensors.tensors[index]
        if x.dtype == y.dtype == "uint8" and _differ(x.quantization, y.quantization):
            nodes.append(_rescaled(tensors, operator, index, y))
            inputs.append(nodes[-1].outputs[0])
        else:
            inputs.append(index)  # int8 must fit already, as in LiteRT
    return [*nodes, node_of(tensors, operator, Concat(axis), tuple(inputs))]


def pack(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's PACK: each input gets one axis more, then they are joined."""
    axis = _axis(tensors, operator)
    nodes: list[Node] = []
    for index in _all_inputs(tensors, operator):
        x = tensors.tensors[index]
        nodes.append(new_node(tensors, Reshape(), index, (*x.shape[:axis], 1, *x.shape[axis:])))
    joined = node_of(tensors, operator, Concat(axis), tuple(node.outputs[0] for node in nodes))
    return [*nodes, joined]


def pad(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's PAD (around the value 0) and PADV2 (around a constant, in float 0)."""
    (index,) = inputs_of(tensors, operator, 1, 3)
    x, y = tensors.tensors[index], tensors.get(output_of(operator))
    flat = tensors.settings(operator.inputs[1]) if len(operator.inputs) > 1 else []
    if len(flat) != 2 * len(x.shape):
        reason = f"it has {len(flat)} paddings for {len(x.shape)} axes"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    if len(operator.inputs) > 2 and operator.inputs[2] != ABSENT:
        value = _constant(operator, tensors.constant(operator.inputs[2]), y)
    elif y.dtype == "float32":
        value = 0
    elif y.quantization is None:
        raise ModelError("AIE-MOD-006", where=operator.place, dtype=f"{y.dtype} as an output")
    else:
        value = y.quantization.zero_point
    return node_of(tensors, operator, Pad.of(list(zip(flat[::2], flat[1::2], strict=True)), value), (index,))


def transpose(tensors: TensorTable, operator: FileOperator) -> Node:
    """The schema's TRANSPOSE."""
    (index,) = inputs_of(tensors, operator, 1, 2)
    rank = len(tensors.tensors[index].shape)
    axes = tensors.settings(operator.inputs[1]) if len(operator.inputs) > 1 else []
    if len(axes) != rank:
        reason = f"it has an order of {len(axes)} axes for {rank}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    op = Transpose.of([axis_of(operator, axis, rank) for axis in axes])
    return node_of(tensors, operator, op, (index,))


def depth_to_space(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's DEPTH_TO_SPACE: blocks of channels become blocks of pixels."""
    index, x, block = _blocks(tensors, operator)
    n, height, width, channels = x.shape
    if channels % (block * block):
        raise ModelError("AIE-MOD-009", where=operator.place, reason=f"{channels} channels are no blocks")
    split = (n, height, width, block, block, channels // (block * block))
    return _transposed_blocks(tensors, operator, index, split)


def space_to_depth(tensors: TensorTable, operator: FileOperator) -> list[Node]:
    """The schema's SPACE_TO_DEPTH: blocks of pixels become blocks of channels."""
    index, x, block = _blocks(tensors, operator)
    n, height, width, channels = x.shape
    if height % block or width % block:
        reason = f"an image of {height}x{width} is no blocks of {block}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    split = (n, height // block, block, width // block, block, channels)
    return _transposed_blocks(tensors, operator, index, split)


OPERATORS: Mapping[str, Importer] = MappingProxyType(
    {
        "RESHAPE": reshape,
        "SQUEEZE": reshape,
        "EXPAND_DIMS": reshape,
        "CONCATENATION": concatenation,
        "PACK": pack,
        "PAD": pad,
        "PADV2": pad,
        "TRANSPOSE": transpose,
        "DEPTH_TO_SPACE": depth_to_space,
        "SPACE_TO_DEPTH": space_to_depth,
    }
)


def _axis(tensors: TensorTable, operator: FileOperator) -> int:
    """The option Axis, one of the output's, counted from the front."""
    rank = len(tensors.get(output_of(operator)).shape)
    return axis_of(operator, int(operator.options.get("Axis", 0)), rank)


def _all_inputs(tensors: TensorTable, operator: FileOperator) -> tuple[int, ...]:
    count = len(operator.inputs)
    if count > MAX_NODE_INPUTS:
        limit = MAX_NODE_INPUTS
        raise ModelError("AIE-MOD-017", where=operator.place, count=count, unit="inputs", limit=limit)
    if count == 0 or ABSENT in operator.inputs:
        raise ModelError("AIE-MOD-009", where=operator.place, reason="one of its inputs is absent")
    return tuple(tensors.index(i) for i in operator.inputs)


def _differ(a: Quantization | None, b: Quantization | None) -> bool:
    """Both have one scale, and not the same scale and zero point."""
    if a is None or b is None or a.per_channel or b.per_channel:
        return False
    return a.scale != b.scale or a.zero_point != b.zero_point


def _rescaled(tensors: TensorTable, operator: FileOperator, index: int, y: Tensor) -> Node:
    """The input in the output's quantization."""
    x = tensors.tensors[index]
    if x.quantization is None or y.quantization is None:
        raise ValueError("called for tensors without a quantization")
    if not 2.0**-16 <= float(x.quantization.scale) / float(y.quantization.scale) <= 2.0**16:
        raise ModelError(
            "AIE-MOD-010", where=operator.place, feature="a CONCATENATION of scales too far apart"
        )
    table = tensors.table(f"{x.name}/scale table", y, concat_table(x.quantization, y.quantization))
    moved = tensors.add(Tensor(f"{x.name}/rescaled", x.shape, y.dtype, y.quantization))
    return Node(tensors.tensors[moved].name, Lookup(), (index, table), (moved,))


def _constant(operator: FileOperator, constant: Tensor, y: Tensor) -> int:
    """The integer of a PADV2's value, which has the output's quantization."""
    data, given, wanted = constant.data, constant.quantization, y.quantization
    if data is None or data.size != 1 or constant.dtype != y.dtype:
        raise ModelError("AIE-MOD-010", where=operator.place, feature="a padding with more than one constant")
    if y.dtype == "float32":
        if np.ravel(data)[0] != 0:
            raise ModelError(
                "AIE-MOD-010", where=operator.place, feature="padding of numbers with another than 0"
            )
        return 0
    if given is None or wanted is None or given.per_channel:
        raise ModelError("AIE-MOD-006", where=operator.place, dtype=f"{constant.dtype} without a scale")
    if given.scale != wanted.scale or given.zero_point != wanted.zero_point:
        feature = "a padding with a constant of another scale than the output's"
        raise ModelError("AIE-MOD-010", where=operator.place, feature=feature)
    return int(np.ravel(data)[0])


def _blocks(tensors: TensorTable, operator: FileOperator) -> tuple[int, Tensor, int]:
    """Index and tensor of an image, and the option BlockSize."""
    (index,) = inputs_of(tensors, operator, 1, 1)
    x = tensors.tensors[index]
    if len(x.shape) != 4:
        raise wrong_rank(operator, x, 4)
    block = int(operator.options.get("BlockSize", 0))
    if block < 1:
        raise ModelError("AIE-MOD-009", where=operator.place, reason=f"its block has the size {block}")
    return index, x, block


def _transposed_blocks(
    tensors: TensorTable, operator: FileOperator, source: int, split: tuple[int, ...]
) -> list[Node]:
    """Take the input as those six axes, swap the third and the fourth, and give it the output's shape."""
    order = (0, 1, 3, 2, 4, 5)
    taken = new_node(tensors, Reshape(), source, split)
    turned = new_node(tensors, Transpose.of(order), taken.outputs[0], tuple(split[axis] for axis in order))
    return [taken, turned, node_of(tensors, operator, Reshape(), turned.outputs)]
