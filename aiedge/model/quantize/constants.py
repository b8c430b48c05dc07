"""The data of tensors that the plan has found to be constant."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from aiedge.model.ir.graph import Quantization, Tensor


def data_of(tensor: Tensor) -> NDArray[Any]:
    """The constant's data; ValueError for an activation, which a caller with the right plan never gives."""
    if tensor.data is None:
        raise ValueError(f"{tensor.name!r} is not constant: the plan is not of this graph")
    return tensor.data


def quantization_of_tensor(tensor: Tensor) -> Quantization:
    """The quantization of an integer tensor; ValueError for one that has none, which no verified graph holds."""
    if tensor.quantization is None:
        raise ValueError(f"the graph is not verified: {tensor.name!r} has no quantization")
    return tensor.quantization
