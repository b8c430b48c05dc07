"""The native core (native/bindings/), a thin skin over the C API in native/include/aiedge/aiedge.h."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

def version() -> str:
    """The core's version."""

def instruction_sets() -> tuple[str, ...]:
    """What this CPU and build have kernels for, best first; the last one is ``reference``."""

def peak_macs_per_s(isa: str = "") -> float | None:
    """int8 multiply-accumulates a second that one core gives at best, from registers alone, measured now.

    Blocks for about 10 ms with the GIL released. ``isa``: one of ``instruction_sets()``, empty for the first; None for
    ``reference``, which has no multiplying loop. Raises EngineError for one that this CPU lacks.
    """

@final
class TensorInfo:
    """A model's input or output: ``value = scale * (q - zero_point)``; scale is None where it is not quantized."""

    @property
    def name(self) -> str: ...
    @property
    def dtype(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def scale(self) -> float | None: ...
    @property
    def zero_point(self) -> int: ...

@final
class NodeInfo:
    """One node, in running order. ``kernel`` is the variant that runs, ``in place`` when there is nothing to do."""

    @property
    def name(self) -> str: ...
    @property
    def op(self) -> str: ...
    @property
    def kernel(self) -> str: ...
    @property
    def macs(self) -> int: ...

@final
class MemoryInfo:
    """Bytes that a loaded model holds: activations with scratch; constants with packed weights; everything."""

    @property
    def arena_bytes(self) -> int: ...
    @property
    def weight_bytes(self) -> int: ...
    @property
    def peak_bytes(self) -> int: ...

@final
class ProcessingInfo:
    """What a bundle's processing gives; see aiedge_processing_info of the C API."""

    @property
    def kind(self) -> str: ...
    @property
    def threshold(self) -> float: ...
    @property
    def most_finds(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def columns(self) -> int: ...
    @property
    def needs_reference(self) -> bool: ...

@final
class Model:
    """A loaded bundle. One run at a time."""

    def __init__(
        self,
        source: str | os.PathLike[str] | bytes,
        threads: int = 1,
        isa: str = "",
        name: str = "",
        *,
        cpus: Sequence[int] = (),
        realtime_priority: int = 0,
        spin_s: float = 0.0,
    ) -> None:
        """Load, check, plan and pack, blocking.

        ``source``: the path of an ``.aie`` file or its bytes; ``threads``: 1 to 64; ``isa``: empty for the best of
        this CPU (or ``AIEDGE_ISA``), or one of ``instruction_sets()``; ``name`` stands for the source in errors.

        All threads but the calling one: ``cpus`` binds each to one CPU, ``realtime_priority`` (1 to 99) runs them
        under SCHED_FIFO, and ``spin_s`` (up to 1; 0 is 50 µs) is how long they look for work before they sleep.

        Raises ModelError for a file that cannot be read or is not a valid bundle; EngineError for an instruction set
        that is unknown or that this CPU lacks, for a wrong option, when the system refuses what is asked for the
        threads, or when memory runs out.
        """

    @property
    def inputs(self) -> tuple[TensorInfo, ...]: ...
    @property
    def outputs(self) -> tuple[TensorInfo, ...]: ...
    @property
    def nodes(self) -> tuple[NodeInfo, ...]: ...
    @property
    def memory(self) -> MemoryInfo: ...
    @property
    def plan(self) -> str:
        """The plan as text, one line a node: where its input and output lie."""

    @property
    def labels(self) -> tuple[str, ...]: ...
    def run(self, inputs: Sequence[Any], outs: Sequence[Any], /) -> None:
        """Run once, blocking; the arrays' memory is used in place.

        ``inputs`` and ``outs`` are lists or tuples with one C-contiguous NumPy array (or other object with a buffer)
        for each input and output, of its exact shape and dtype, else InputError (BufferError and TypeError of other
        objects); no output may overlap another array. EngineError when another thread is running the same model. The
        GIL is released, unless the first runs have shown that one takes less than 30 µs.
        """

    @property
    def processing(self) -> ProcessingInfo | None:
        """What the bundle's processing gives, None when it has none."""

    def prepare(
        self,
        image: NDArray[np.uint8],
        reference: NDArray[np.uint8] | None,
        bgr: bool,
        outs: Sequence[Any],
    ) -> None:
        """Fill ``outs``, one array for each input, for a picture; the GIL is released.

        Pictures are (height, width) or (height, width, 3) uint8, pixels side by side, else InputError, as for a
        picture that the model does not take, and for a bundle without a processing.
        """

    def process(
        self,
        image: NDArray[np.uint8],
        reference: NDArray[np.uint8] | None,
        bgr: bool,
        threshold: float | None,
    ) -> tuple[NDArray[np.float32], NDArray[np.int32], float, NDArray[Any] | None]:
        """A picture through processing and model; the GIL is released. Errors as of :meth:`prepare`.

        Finds (n, 5) x0, y0, x1, y1, score; their kinds (n); the score of an anomaly; its values (rows, columns)
        float32, or the mask (rows, columns) uint8 of a segmentation, else None.
        """

    def trace(
        self,
        inputs: Sequence[Any],
        outs: Sequence[Any],
        traced: Callable[[int, TensorInfo, bytes], object],
    ) -> None:
        """``run``, slower: ``traced`` is called after each node with its index and its output. The GIL is held."""
