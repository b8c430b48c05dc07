"""What a file's numbers mean: stored numbers -> an array for a model's input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import InputError, UsageError
from aiedge.types import TensorSpec

RAW_DTYPES = ("int8", "uint8", "int16", "float32")
"""What ``.bin`` files may hold."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """``value = (stored - mean) / std`` of integers and pixels for an input in float; one number, or one a channel."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        for name, numbers in (("--mean", self.mean), ("--std", self.std)):
            if not numbers or not np.isfinite(numbers).all() or (name == "--std" and 0 in numbers):
                expected = "numbers with commas between, one or one a channel; none of --std may be 0"
                raise UsageError("AIE-CLI-001", name=name, value=numbers, expected=expected)
        if len({len(self.mean), len(self.std)} - {1}) > 1:
            expected = "as many numbers as --mean has"
            raise UsageError("AIE-CLI-001", name="--std", value=self.std, expected=expected)

    @property
    def channels(self) -> int:
        """How many channels it is for; 1: any."""
        return max(len(self.mean), len(self.std))

    def apply(self, stored: NDArray[Any], axis: int) -> NDArray[np.float32]:
        """Real values; ``axis`` is that of the channels."""
        shape = [1] * stored.ndim
        shape[axis] = -1
        mean, std = (np.array(part, np.float64).reshape(shape) for part in (self.mean, self.std))
        values: NDArray[np.float32] = ((stored.astype(np.float64) - mean) / std).astype(np.float32)
        return values


def channel_axis(spec: TensorSpec) -> int:
    """Where an input has its channels: last, but for a picture that has them first."""
    return 1 if len(spec.shape) == 4 and spec.shape[3] not in {1, 3} and spec.shape[1] in {1, 3} else -1


def as_input(
    stored: NDArray[Any], spec: TensorSpec, scaling: Scaling | None, path: Path, index: int
) -> NDArray[Any]:
    """One sample of a file (``index`` counts them) as the array that the input of ``spec`` takes.

    float: float as it is (float32), integers by ``scaling``; quantized: its own integers as they are, float through
    the input's quantization. Everything else, and a NaN or an infinity, is an InputError.
    """
    if stored.dtype.kind == "f":
        if not np.isfinite(stored).all():
            raise InputError("AIE-MOD-089", where=str(path), index=index)
        if spec.dtype.kind == "f" or spec.scale is not None:
            return np.ascontiguousarray(spec.quantize(stored)).reshape(spec.shape)
    elif spec.dtype.kind == "f" and scaling is not None:
        return _scaled(stored, spec, scaling, path)
    elif stored.dtype == spec.dtype:
        return np.ascontiguousarray(stored).reshape(spec.shape)
    if spec.dtype.kind == "f":
        raise InputError("AIE-MOD-090", where=str(path), dtype=stored.dtype, name=spec.name)
    raise misfit(f"{stored.dtype}{list(stored.shape)}", spec, path)


def _scaled(stored: NDArray[Any], spec: TensorSpec, scaling: Scaling, path: Path) -> NDArray[Any]:
    axis = channel_axis(spec)
    channels = spec.shape[axis]
    if scaling.channels not in {1, channels}:
        expected = f"one number or {channels}, one for each channel of the input {spec.name!r}"
        raise UsageError(
            "AIE-CLI-001", where=str(path), name="--mean, --std", value=scaling.channels, expected=expected
        )
    return np.ascontiguousarray(scaling.apply(stored.reshape(spec.shape), axis))


def misfit(given: str, spec: TensorSpec, path: Path) -> InputError:
    """The error for a file whose content is not of the input's form."""
    expected = f"{spec.dtype}{list(spec.shape)}"
    return InputError("AIE-CLI-004", where=str(path), given=given, name=spec.name, expected=expected)
