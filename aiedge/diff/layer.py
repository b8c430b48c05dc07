"""A value between two operators, and what brings a run's values out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from aiedge.types import TensorSpec


class LayerKey(NamedTuple):
    """A layer's name (its output tensor's), and the how-manieth of that name it is: files repeat names."""

    name: str
    occurrence: int = 0


class Coding(NamedTuple):
    """``value = scale * (q - zero_point)``, of the integers of ``dtype``."""

    dtype: str
    scale: float
    zero_point: int


class Layer(NamedTuple):
    """One operator's output. ``coding`` is None for values in float, and where the engine does not tell it."""

    key: LayerKey
    operator: str
    coding: Coding | None


Visit = Callable[[LayerKey, NDArray[Any]], None]


class Source(Protocol):
    """One model on one engine, whose values between the operators can be seen. Close nothing; drop it."""

    label: str
    """The engine, as the user named it."""

    inputs: tuple[TensorSpec, ...]

    layers: tuple[Layer, ...]
    """In running order."""

    def want(self, keys: Collection[LayerKey]) -> None:
        """Say, before the first run, which layers :meth:`run` shall show. Blocks while a model is loaded again."""

    def run(self, inputs: Sequence[NDArray[Any]], visit: Visit) -> None:
        """Run once, blocking, and call ``visit`` with each wanted layer's values, which it may keep.

        Values of a layer that the engine's file declares and its run does not have are not shown. Raises EngineError.
        """


def keyed(names: Sequence[str]) -> list[LayerKey]:
    """The key of each name of a list."""
    seen: dict[str, int] = {}
    keys = []
    for name in names:
        occurrence = seen.get(name, 0)
        seen[name] = occurrence + 1
        keys.append(LayerKey(name, occurrence))
    return keys


def real_values(array: NDArray[Any], coding: Coding | None) -> NDArray[np.float64]:
    """The numbers that an array stands for."""
    values = array.astype(np.float64)
    return values if coding is None else (values - coding.zero_point) * coding.scale
