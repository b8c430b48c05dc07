"""The bias of an operator with weights, as the accumulator takes it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aiedge.model.importers.onnx_ops.fields import invalid, unsupported
from aiedge.model.importers.onnx_ops.floats import finite
from aiedge.model.importers.onnx_reader import FileNode
from aiedge.model.importers.onnx_values import Constant, Floats, Value, Weights


def more_bias(node: FileNode, bias: Value | None, more: NDArray[np.float64], channels: int) -> Constant:
    """A bias with more added to it, one number or one for each channel."""
    return Constant((0.0 if bias is None else _floats(node, bias, channels)) + more)


def bias_integers(
    node: FileNode, bias: Value | None, channels: int, units: NDArray[np.float64]
) -> NDArray[np.int32]:
    """A bias in units of the accumulator, which are input scale x weight scale of each channel."""
    if bias is None:
        return np.zeros(channels, np.int32)
    # Exporters give the product of both scales, which rounds to this or that float.
    if isinstance(bias, Weights) and bias.array.size in {1, channels} and _has_units(bias, units):
        return np.broadcast_to(bias.array.reshape(-1), (channels,)).astype(np.int32)
    with np.errstate(over="ignore"):
        rounded = np.rint(_floats(node, bias, channels) / units)
    if not np.all(np.abs(rounded) < 2.0**31):
        raise invalid(node, "its bias does not fit int32 in units of input scale x weight scale")
    return np.broadcast_to(rounded, (channels,)).astype(np.int32)


def bias_numbers(node: FileNode, bias: Value | None, channels: int) -> Floats:
    """A bias in float32."""
    floats = np.zeros(channels) if bias is None else _floats(node, bias, channels)
    return finite(node, np.broadcast_to(floats, (channels,)), "bias")


def _floats(node: FileNode, bias: Value, channels: int) -> NDArray[np.float64]:
    """The numbers of a bias, one or one for each channel."""
    if not isinstance(bias, Constant | Weights) or bias.array.size not in {1, channels}:
        raise unsupported(node, f"a bias that is no constant for each of its {channels} channels")
    if isinstance(bias, Constant) and bias.array.dtype.kind != "f":
        raise invalid(node, f"its bias is {bias.array.dtype.name}")
    floats = bias.values() if isinstance(bias, Weights) else bias.array.astype(np.float64)
    return floats.reshape(-1)


def _has_units(bias: Weights, units: NDArray[np.float64]) -> bool:
    """Whether the integers are those of the accumulator already."""
    if bias.array.dtype != np.int32 or np.any(bias.zero_points):
        return False
    return np.allclose(bias.scales.astype(np.float64), units, rtol=1e-5, atol=0)
