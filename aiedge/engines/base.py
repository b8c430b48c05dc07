"""The protocol that every engine follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

from aiedge.types import Memory, Placement, TensorSpec


class Engine(Protocol):
    """One loaded model on one engine. Not for use from two threads at once."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    memory: Memory
    placement: tuple[Placement, ...]
    labels: tuple[str, ...]

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking: C-contiguous ``inputs`` and ``out`` of exactly the specs' shapes and dtypes.

        Raises :class:`~aiedge.errors.EngineError` when the engine fails. Allocates nothing on the heap (native).
        """
