"""The native core behind the engine protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import EngineError
from aiedge.types import Memory, Placement, TensorSpec

try:
    from aiedge import _native
except ImportError as error:
    raise EngineError("AIE-ENG-002", where="native", reason=error) from error


class NativeEngine:
    """One loaded bundle on the CPU."""

    name = "native"
    checks_arrays = True
    """``run`` refuses arrays that do not fit with an InputError, so that nobody need look before."""

    def __init__(self, model: _native.Model) -> None:
        self._model = model
        self.inputs = tuple(_spec(info) for info in model.inputs)
        self.outputs = tuple(_spec(info) for info in model.outputs)
        self.memory = Memory(
            arena_bytes=model.memory.arena_bytes,
            weight_bytes=model.memory.weight_bytes,
            peak_bytes=model.memory.peak_bytes,
        )
        self.placement = tuple(
            Placement(node=node.name, operator=node.op, device="cpu", kernel=node.kernel, macs=node.macs)
            for node in model.nodes
        )
        self.labels = model.labels
        self.plan = model.plan

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking, in the caller's arrays; the GIL is released unless the run is over in 30 µs."""
        self._model.run(inputs, out)


def load(where: str, data: bytes, threads: int) -> NativeEngine:
    """Load the bytes of a bundle; ``where`` names them in errors. Raises ModelError or EngineError."""
    # A file's name need not be valid text; the native core takes only that.
    name = where.encode("utf-8", "backslashreplace").decode("utf-8")
    return NativeEngine(_native.Model(data, threads=threads, name=name))


def peak_macs_per_s(isa: str = "") -> float | None:
    """int8 multiply-accumulates a second that one core gives at best, measured now; blocks for about 10 ms.

    ``isa``: an instruction set, empty for the best of this CPU; ``reference`` has no such measure (None). Raises
    EngineError for one that this CPU lacks.
    """
    return _native.peak_macs_per_s(isa)


def _spec(info: _native.TensorInfo) -> TensorSpec:
    return TensorSpec(
        name=info.name,
        shape=info.shape,
        dtype=np.dtype(info.dtype),
        scale=info.scale,
        zero_point=info.zero_point,
    )
