"""The native core behind the engine protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aiedge.errors import EngineError
from aiedge.types import Memory, Placement, ProcessingForm, TensorSpec

try:
    from aiedge import _native
except ImportError as error:
    raise EngineError("AIE-ENG-002", where="native", reason=error) from error


class TracedOutput(NamedTuple):
    """What one node gave in one run; ``digest`` is the first 16 hexadecimal digits of its bytes' SHA-256."""

    node: Placement
    dtype: str
    shape: tuple[int, ...]
    digest: str


class RawResult(NamedTuple):
    """What a picture gave: finds (n, 5) x0, y0, x1, y1, score, best first; the fields that the kind lacks are empty.

    ``cells``: (rows, columns), an anomaly's values (float32) or a segmentation's classes (uint8).
    """

    finds: NDArray[np.float32]
    kinds: NDArray[np.int32]
    score: float
    cells: NDArray[Any] | None


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
        info = model.processing
        self.processing = (
            None if info is None else ProcessingForm(info.kind, info.threshold, info.needs_reference)
        )

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking, in the caller's arrays; the GIL is released unless the run is over in 30 µs."""
        self._model.run(inputs, out)

    def prepare(
        self,
        image: NDArray[np.uint8],
        reference: NDArray[np.uint8] | None,
        *,
        bgr: bool,
        out: Sequence[NDArray[Any]],
    ) -> None:
        """Fill ``out``, one array for each input, for a picture; InputError for one that does not fit."""
        self._model.prepare(_dense(image), None if reference is None else _dense(reference), bgr, out)

    def process(
        self,
        image: NDArray[np.uint8],
        reference: NDArray[np.uint8] | None,
        *,
        bgr: bool,
        threshold: float | None,
    ) -> RawResult:
        """A picture through the bundle's processing and the model; InputError for one that does not fit."""
        other = None if reference is None else _dense(reference)
        return RawResult(*self._model.process(_dense(image), other, bgr, threshold))

    def trace(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> list[TracedOutput]:
        """Run once as :meth:`run` does, slower, and tell what each node gave, in running order."""
        traced: list[TracedOutput] = []

        def note(node: int, output: _native.TensorInfo, content: bytes) -> None:
            digest = hashlib.sha256(content).hexdigest()[:16]
            traced.append(TracedOutput(self.placement[node], output.dtype, output.shape, digest))

        self._model.trace(inputs, out, note)
        return traced

    def visit(
        self,
        inputs: Sequence[NDArray[Any]],
        out: Sequence[NDArray[Any]],
        visitor: Callable[[int, NDArray[Any]], None],
    ) -> None:
        """Run once as :meth:`trace` does; ``visitor`` gets each node's index and its output, a copy of its own."""

        def show(node: int, output: _native.TensorInfo, content: bytes) -> None:
            visitor(node, np.frombuffer(content, output.dtype).reshape(output.shape))

        self._model.trace(inputs, out, show)


def load(
    where: str,
    data: bytes,
    threads: int,
    *,
    isa: str = "",
    cpus: Sequence[int] = (),
    realtime_priority: int = 0,
    spin_s: float = 0.0,
) -> NativeEngine:
    """Load the bytes of a bundle; ``where`` names them in errors. Raises ModelError or EngineError.

    ``isa`` is an instruction set, empty for the best of this CPU or what ``AIEDGE_ISA`` says. The others are for the
    ``threads - 1`` threads that are started: ``cpus`` names the CPU of each, ``realtime_priority`` (1 to 99) puts them
    under SCHED_FIFO, and ``spin_s`` is how long they look for work before they sleep (at most 1; 0: 50 µs). Waking
    them takes about 60 µs: with CPUs to spare, more than the pause between two runs spares that. The calling thread
    is the caller's own to bind (``os.sched_setaffinity``) and to raise.
    """
    # A file's name need not be valid text; the native core takes only that.
    name = where.encode("utf-8", "backslashreplace").decode("utf-8")
    return NativeEngine(
        _native.Model(
            data,
            threads=threads,
            isa=isa,
            name=name,
            cpus=list(cpus),
            realtime_priority=realtime_priority,
            spin_s=spin_s,
        )
    )


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


def _dense(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same with its pixels side by side; rows may have gaps. Copied only when it must be."""
    channels = image.shape[2] if image.ndim == 3 else 1
    pixels_touch = image.ndim < 2 or (
        image.strides[1] == channels and image.strides[0] >= image.shape[1] * channels
    )
    channels_touch = image.ndim != 3 or image.strides[2] == 1
    return image if pixels_touch and channels_touch else np.ascontiguousarray(image)
