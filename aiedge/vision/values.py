"""A model's raw outputs as real values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.types import TensorSpec


def values_of(output: NDArray[Any], spec: TensorSpec) -> NDArray[np.float32]:
    """``scale * (q - zero_point)`` in float32; what is no number becomes the least of all."""
    values = spec.dequantize(output)
    return np.where(np.isnan(values), np.float32(-np.inf), values)
