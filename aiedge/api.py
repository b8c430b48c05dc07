"""The two doors: ``load`` a model, ``open_device``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from aiedge.engines.catalog import ENGINES, EngineEntry
from aiedge.errors import EngineError, InputError, UsageError
from aiedge.model.read_file import MODEL_SUFFIXES, read_model_file
from aiedge.registry import find_driver, load_object
from aiedge.trust.policy import Policy, demand_trust
from aiedge.types import Frame, Memory, Placement, ProcessingForm, TensorSpec
from aiedge.vision.results import Anomaly, Boxes, Classes, ClassScore, Mask, Peaks, Result, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiedge.devices.device import Device
    from aiedge.engines.base import Engine
    from aiedge.engines.native import NativeEngine, RawResult


class Model:
    """A loaded model, ready to run. Use it from one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # The native engine makes the same checks itself, in a tenth of the time.
        self._run = engine.run if getattr(engine, "checks_arrays", False) else self._run_checked

    @property
    def engine(self) -> str:
        """The engine's name."""
        return self._engine.name

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """Name, shape, dtype and quantization of each input."""
        return self._engine.inputs

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """Name, shape, dtype and quantization of each output."""
        return self._engine.outputs

    @property
    def labels(self) -> tuple[str, ...]:
        """The class labels inside the bundle, empty when it has none."""
        return self._engine.labels

    @property
    def memory(self) -> Memory:
        """Bytes that the model needs, known before the first run."""
        return self._engine.memory

    @property
    def placement(self) -> tuple[Placement, ...]:
        """Where each node runs, in running order."""
        return self._engine.placement

    def allocate_outputs(self) -> list[NDArray[Any]]:
        """New zeroed arrays of the outputs' shapes and dtypes, for :meth:`run`."""
        return [np.zeros(spec.shape, spec.dtype) for spec in self.outputs]

    def run(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        """Run once, blocking, into the caller's arrays.

        ``inputs`` and ``out`` hold one C-contiguous array for each input and output, of exactly the spec's shape and
        dtype (nothing is converted); anything else is an :class:`~aiedge.errors.InputError`. The native engine
        allocates nothing.
        """
        self._run(inputs, out)

    def _run_checked(self, inputs: Sequence[NDArray[Any]], out: Sequence[NDArray[Any]]) -> None:
        _check("input", self.inputs, inputs)
        _check("output", self.outputs, out)
        self._engine.run(inputs, out)

    @property
    def processing(self) -> ProcessingForm | None:
        """What :meth:`process` gives; None when the bundle holds no processing, or another engine runs the model."""
        form: ProcessingForm | None = getattr(self._engine, "processing", None)
        return form

    def process(
        self,
        image: Frame | NDArray[np.uint8],
        reference: NDArray[np.uint8] | None = None,
        *,
        bgr: bool = False,
        threshold: float | None = None,
    ) -> Result:
        """A picture through the bundle's pre-processing, model and post-processing. Blocks; the GIL is released.

        ``image`` is a frame, or (height, width) grey or (height, width, 3) RGB (BGR with ``bgr``) uint8 of any size
        that the bundle's fit takes; ``reference`` has its form, and a frame brings its own. Rows may have gaps; what is
        strided otherwise is copied. ``threshold`` replaces the bundle's. Places are in px of the picture.
        :class:`~aiedge.errors.InputError` for a picture or threshold that does not fit, and for a model without a
        processing.
        """
        if isinstance(image, Frame):
            reference = image.reference if reference is None else reference
            image = image.image
        engine, form = self._native()
        raw = engine.process(image, reference, bgr=bgr, threshold=threshold)
        return _result(raw, form, self.labels, threshold)

    def prepare(
        self, image: NDArray[np.uint8], reference: NDArray[np.uint8] | None = None, *, bgr: bool = False
    ) -> list[NDArray[Any]]:
        """The inputs that :meth:`process` gives the model for a picture, new arrays; raises as it does."""
        engine, _ = self._native()
        out = [np.zeros(spec.shape, spec.dtype) for spec in self.inputs]
        engine.prepare(image, reference, bgr=bgr, out=out)
        return out

    def _native(self) -> tuple[NativeEngine, ProcessingForm]:
        form = self.processing
        if form is None:
            raise InputError("AIE-MOD-118", where=self.engine)
        return cast("NativeEngine", self._engine), form

    def __call__(self, *inputs: NDArray[Any]) -> NDArray[Any] | tuple[NDArray[Any], ...]:
        """Run once on new output arrays: one array for one output, a tuple for several.

        Each input must have the spec's shape and dtype; it is copied only when it is not contiguous.
        """
        out = self.allocate_outputs()
        self.run([np.ascontiguousarray(array) for array in inputs], out)
        return out[0] if len(out) == 1 else tuple(out)


def load(
    path: str | os.PathLike[str],
    *,
    engine: str = "native",
    threads: int = 1,
    require_signature: bool = False,
    trusted_keys: Sequence[str] | None = None,
    keys: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Model:
    """Load a ``.aie`` bundle or a quantized ``.tflite`` or ``.onnx`` file and make it ready to run.

    ``engine`` is a name of :data:`aiedge.engines.catalog.ENGINES`; ``threads`` is at least 1. ``options`` are the
    engine's own; the native one takes ``isa``, ``cpus``, ``realtime_priority`` and ``spin_s``
    (:func:`aiedge.engines.native.load`). The file is untrusted: whatever is wrong with it is a
    :class:`~aiedge.errors.ModelError` here, never a crash in ``run``.

    With ``require_signature``, or ``AIEDGE_REQUIRE_SIGNATURE=1`` in the environment, only a bundle is loaded whose
    signature holds and was made with a key of the folder ``keys`` (by default the machine's own, docs/signing.md);
    ``trusted_keys`` narrows these to some ids, and demands a signature by itself. What is refused, with a
    :class:`~aiedge.errors.SignatureError`, never reaches an engine; what was checked is, byte for byte, what runs.
    """
    trusted = tuple(trusted_keys) if trusted_keys is not None else None
    policy = Policy(require_signature, trusted, Path(keys) if keys is not None else None)
    return Model(open_engine(path, engine=engine, threads=threads, policy=policy, **options))


def open_engine(
    path: str | os.PathLike[str], *, engine: str, threads: int, policy: Policy | None = None, **options: Any
) -> Engine:
    """What :func:`load` wraps: the engine itself, which checks no array. Raises what ``load`` raises."""
    entry = _entry(engine, threads, options)
    file = Path(path)
    data = read_model_file(file, (*MODEL_SUFFIXES, entry.suffix))
    demand_trust(data, file, policy if policy is not None else Policy())
    return _made(entry, engine, data, file, threads, options)


def engine_of(data: bytes, file: Path, *, engine: str, threads: int, **options: Any) -> Engine:
    """The engine of a model whose bytes were read, and judged, already; ``file`` is where they come from.

    Asks for no signature. Raises what ``load`` raises.
    """
    return _made(_entry(engine, threads, options), engine, data, file, threads, options)


def _entry(engine: str, threads: int, options: Mapping[str, Any]) -> EngineEntry:
    if engine not in ENGINES:
        raise EngineError("AIE-ENG-001", name=engine, known=", ".join(sorted(ENGINES)))
    if threads < 1:
        raise UsageError("AIE-CLI-001", name="threads", value=threads, expected="1 or more")
    entry = ENGINES[engine]
    for option in options:
        if option not in entry.options:
            known = ", ".join(entry.options) or "none"
            raise EngineError("AIE-ENG-017", engine=engine, option=option, known=known)
    return entry


def _made(
    entry: EngineEntry, engine: str, data: bytes, file: Path, threads: int, options: Mapping[str, Any]
) -> Engine:
    if file.suffix != entry.suffix:
        if entry.suffix != ".aie":
            raise EngineError("AIE-ENG-008", where=str(file), engine=engine, suffix=file.suffix)
        # Only here: a compiled bundle needs no importer, whose schema alone takes as long to import as NumPy.
        from aiedge.model.compile import compile_bytes

        data = compile_bytes(data, str(file))
    make = cast("Callable[..., Engine]", load_object(entry.loader))
    return make(str(file), data, threads, **options)


def open_device(driver: str, /, **options: Any) -> Device:
    """Make the device behind a driver's name (``"camera/sim"``) with its options, not yet connected.

    Use it in a ``with`` block, which connects and closes it. A wrong name or option is a
    :class:`~aiedge.errors.DeviceError` that says which.
    """
    device_class = cast("type[Device]", find_driver(driver))
    return device_class(**options)


def _result(raw: RawResult, form: ProcessingForm, labels: tuple[str, ...], threshold: float | None) -> Result:
    edges, scores = raw.finds[:, :4], raw.finds[:, 4]
    if form.kind == "boxes":
        return Result(boxes=Boxes(edges, scores, raw.kinds, labels))
    if form.kind == "peaks":
        return Result(peaks=Peaks(edges[:, :2], scores, raw.kinds, labels))
    if form.kind == "classes":
        found = zip(raw.kinds.tolist(), scores.tolist(), strict=True)
        return Result(
            classes=Classes(tuple(ClassScore(kind, name_of(labels, kind), score) for kind, score in found))
        )
    cells = cast("NDArray[Any]", raw.cells)
    if form.kind == "anomaly":
        limit = form.threshold if threshold is None else float(np.float32(threshold))
        return Result(anomaly=Anomaly(raw.score, limit, cells))
    return Result(mask=Mask(cells, labels))


def _check(kind: str, specs: Sequence[TensorSpec], arrays: Sequence[NDArray[Any]]) -> None:
    if len(arrays) != len(specs):
        raise InputError("AIE-ENG-003", where=f"{kind}s", kind=kind, expected=len(specs), given=len(arrays))
    for index, (spec, array) in enumerate(zip(specs, arrays, strict=True)):
        if array.shape != spec.shape or array.dtype != spec.dtype:
            raise InputError(
                "AIE-ENG-004",
                where=f"{kind} {index}",
                name=spec.name,
                expected=f"{spec.dtype}{list(spec.shape)}",
                given=f"{array.dtype}{list(array.shape)}",
            )
        if not array.flags.c_contiguous:
            raise InputError("AIE-ENG-005", where=f"{kind} {index}", name=spec.name)
