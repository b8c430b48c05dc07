"""What the operators of a .tflite file have in common: inputs, output, bias, fused activation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import tflite

from aiedge.errors import ModelError
from aiedge.model.importers.bounds import Rounding, clamp_bounds, half_even
from aiedge.model.importers.tflite_reader import ABSENT, FileOperator
from aiedge.model.importers.tflite_tensors import TensorTable
from aiedge.model.ir.graph import Node, Tensor
from aiedge.model.ir.ops import FloatUnary, Op
from aiedge.model.ir.ops.floating import UnaryFunction

Importer = Callable[[TensorTable, FileOperator], "Node | list[Node]"]
"""What an operator of a file becomes: a node, or several in the order in which they run."""

_ACTIVATIONS: Mapping[int, tuple[float, float]] = MappingProxyType(
    {
        tflite.ActivationFunctionType.NONE: (-np.inf, np.inf),
        tflite.ActivationFunctionType.RELU: (0.0, np.inf),
        tflite.ActivationFunctionType.RELU6: (0.0, 6.0),
        tflite.ActivationFunctionType.RELU_N1_TO_1: (-1.0, 1.0),
    }
)


def node_of(tensors: TensorTable, operator: FileOperator, op: Op, inputs: tuple[int, ...]) -> Node:
    """The node, named for its output."""
    output = tensors.index(output_of(operator))
    return Node(name=tensors.tensors[output].name, op=op, inputs=inputs, outputs=(output,))


def is_float(tensors: TensorTable, operator: FileOperator) -> bool:
    """Whether the output, and so the operator, is in float32."""
    return tensors.get(output_of(operator)).dtype == "float32"


def float_nodes(tensors: TensorTable, operator: FileOperator, op: Op, inputs: tuple[int, ...]) -> list[Node]:
    """The node, and its fused activation as one of its own behind it."""
    low, high = activation_of(operator)
    if (low, high) == (-np.inf, np.inf):
        return [node_of(tensors, operator, op, inputs)]
    y = tensors.get(output_of(operator))
    before = tensors.add(Tensor(f"{y.name}/{op.NAME}", y.shape, y.dtype))
    bounds = node_of(tensors, operator, FloatUnary(UnaryFunction.CLIP, low, high), (before,))
    return [Node(tensors.tensors[before].name, op, inputs, (before,)), bounds]


def inputs_of(tensors: TensorTable, operator: FileOperator, needed: int, allowed: int) -> tuple[int, ...]:
    """The graph's indices of the tensors that carry data: the first ones, without a bias or settings."""
    present = operator.inputs[:needed]
    if len(present) < needed or ABSENT in present or len(operator.inputs) > allowed:
        reason = f"it has {len(operator.inputs)} inputs and needs {needed} to {allowed}"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    return tuple(tensors.index(i) for i in present)


def output_of(operator: FileOperator) -> int:
    """The file's index of the one output."""
    if len(operator.outputs) != 1:
        reason = f"it has {len(operator.outputs)} outputs instead of one"
        raise ModelError("AIE-MOD-009", where=operator.place, reason=reason)
    return operator.outputs[0]


def images_of(tensors: TensorTable, operator: FileOperator, count: int) -> tuple[Tensor, ...]:
    """The first inputs, which must have four axes each."""
    images = tuple(tensors.tensors[i] for i in inputs_of(tensors, operator, count, 3))
    for image in images:
        if len(image.shape) != 4:
            raise wrong_rank(operator, image, 4)
    return images


def bias_of(tensors: TensorTable, operator: FileOperator, channels: int) -> int:
    """The graph's index of the bias, the third input; zeros where the file has none."""
    if len(operator.inputs) > 2 and operator.inputs[2] != ABSENT:
        return tensors.index(operator.inputs[2])
    return tensors.zero_bias(channels, "float32" if is_float(tensors, operator) else "int32")


def weights_of(tensors: TensorTable, operator: FileOperator, index: int) -> int:
    """The graph's index of an input with weights; beside float they are numbers, whatever the file stores."""
    needed = inputs_of(tensors, operator, index + 1, len(operator.inputs))
    return tensors.numbers(operator.inputs[index]) if is_float(tensors, operator) else needed[index]


def clamp_of(
    tensors: TensorTable,
    operator: FileOperator,
    rounded: Rounding = half_even,
) -> tuple[int, int]:
    """The fused activation as bounds in the output's integers, by ``rounded(bound / scale, zero point)``."""
    bounds = activation_of(operator)
    output = tensors.get(output_of(operator))
    if output.dtype == "int32" or output.quantization is None:
        raise ModelError("AIE-MOD-006", where=operator.place, dtype=f"{output.dtype} as an output")
    coded = output.quantization
    return clamp_bounds(output.dtype, coded.scale, coded.zero_point, *bounds, rounded)


def activation_of(operator: FileOperator) -> tuple[float, float]:
    """The bounds of the fused activation."""
    activation = int(operator.options.get("FusedActivationFunction", 0))
    if activation not in _ACTIVATIONS:
        raise ModelError("AIE-MOD-010", where=operator.place, feature=f"fused activation number {activation}")
    return _ACTIVATIONS[activation]


def new_node(tensors: TensorTable, op: Op, source: int, shape: tuple[int, ...]) -> Node:
    """A node whose output the file does not have: of that shape, with the input's dtype and quantization."""
    x = tensors.tensors[source]
    y = tensors.add(Tensor(f"{x.name}/{op.NAME}", shape, x.dtype, x.quantization))
    return Node(tensors.tensors[y].name, op, (source,), (y,))


def axis_of(operator: FileOperator, axis: int, rank: int) -> int:
    """An axis of ``rank``, counted from the front; a negative one is counted from the end."""
    if not -rank <= axis < rank:
        raise ModelError("AIE-MOD-009", where=operator.place, reason=f"its axis {axis} is none of {rank}")
    return axis + rank if axis < 0 else axis


def wrong_rank(operator: FileOperator, tensor: Tensor, rank: int) -> ModelError:
    """The error of a tensor with the wrong number of axes."""
    reason = f"{tensor.name!r} has {len(tensor.shape)} axes instead of {rank}"
    return ModelError("AIE-MOD-009", where=operator.place, reason=reason)
