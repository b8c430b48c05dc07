"""Processing <-> the bytes of the sections PREP and POST (docs/bundle-format.md)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from pydantic import ValidationError

from aiedge.errors import ModelError
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.graph import Tensor as GraphTensor
from aiedge.model.processing.spec import (
    Anomaly,
    Boxes,
    Classes,
    ImageInput,
    Level,
    Output,
    Peaks,
    Processing,
    Segmentation,
    Tensor,
)

PREP, POST = b"PREP", b"POST"
REQUIRED = 1

MAX_SIDE_PX = 16384
MAX_CELLS = 1 << 20
MAX_KINDS = 1 << 16
MAX_SCALE = 1e30

_PREP_HEADER = struct.Struct("<4I")  # records, bytes of one, reserved x2
_PREP_RECORD = struct.Struct("<I5B7s4f4f16s")
_POST_HEADER = struct.Struct("<2I2f5I28s")
_POST_LEVEL = struct.Struct("<4I16s")
_NONE = 0xFFFFFFFF

_SOURCES = ("image", "pair")
_FITS = ("stretch", "letterbox", "crop", "exact")
_INTERPOLATIONS = ("nearest", "bilinear", "area")
_COLOURS = ("grey", "rgb", "bgr")
_KINDS = ("classes", "boxes", "peaks", "anomaly", "segmentation")
_DECODERS = ("centre_size", "distances", "bins")
_SCORES = ("max", "mean")


class _HasSections(Protocol):
    @property
    def graph(self) -> Graph: ...
    @property
    def sections(self) -> Mapping[bytes, bytes]: ...


def encode(processing: Processing, graph: Graph) -> dict[bytes, tuple[int, bytes]]:
    """The sections PREP and POST with their flags, for the bundle's writer.

    The graph must be one that the processing fits, else :class:`ModelError` AIE-MOD-115 says what does not.
    """
    prep = _PREP_HEADER.pack(len(processing.inputs), _PREP_RECORD.size, 0, 0)
    inputs = [graph.tensors[index] for index in graph.inputs]
    if len(processing.inputs) != len(inputs):
        raise _misfit("inputs", f"it describes {len(processing.inputs)} inputs, the model has {len(inputs)}")
    for index, (image, tensor) in enumerate(zip(processing.inputs, inputs, strict=True)):
        _check_input(image, tensor, f"inputs[{index}]")
        prep += _input_record(index, image)
    post = _post(processing.output, _Outputs(graph))
    return {PREP: (REQUIRED, prep), POST: (REQUIRED, post)}


def decode(bundle: _HasSections, source: str = "bundle") -> Processing | None:
    """What a bundle's sections say, None when it has none; outputs are named by their index.

    Raises :class:`ModelError` for sections that are damaged or do not fit the bundle's graph.
    """
    sections = bundle.sections
    if PREP not in sections and POST not in sections:
        return None
    try:
        if PREP not in sections or POST not in sections:
            raise ValueError("one of the sections PREP and POST is missing")
        processing = Processing(
            inputs=tuple(_inputs_of(bytes(sections[PREP]))), output=_output_of(bytes(sections[POST]))
        )
    except ValidationError as error:
        reason = "; ".join(fault["msg"] for fault in error.errors(include_url=False))
        raise ModelError("AIE-MOD-116", where=source, reason=reason) from error
    except (ValueError, IndexError, struct.error) as error:
        raise ModelError("AIE-MOD-116", where=source, reason=error) from error
    again = {kind: content for kind, (_, content) in encode(processing, bundle.graph).items()}
    if any(bytes(sections[kind]) != content for kind, content in again.items()):
        # Among them a -0, and whatever stands in a field that the kind does not use.
        raise ModelError("AIE-MOD-116", where=source, reason="a field that is not used is not 0")
    return processing


def _misfit(where: str, reason: str) -> ModelError:
    return ModelError("AIE-MOD-115", where=where, reason=reason)


def _check_input(image: ImageInput, tensor: GraphTensor, where: str) -> None:
    shape = tensor.shape
    if len(shape) != 4 or shape[0] != 1:
        raise _misfit(
            where, f"the input {tensor.name!r} is {list(shape)}, a picture's is (1, height, width, channels)"
        )
    if shape[3] != image.channels:
        raise _misfit(
            where, f"it makes {image.channels} channels, the input {tensor.name!r} is {list(shape)}"
        )
    if tensor.dtype not in {"int8", "uint8", "float32"}:
        raise _misfit(where, f"the input {tensor.name!r} is {tensor.dtype}")
    if max(shape[1:3]) > MAX_SIDE_PX:
        raise _misfit(
            where, f"the input {tensor.name!r} is {list(shape)}, a side has at most {MAX_SIDE_PX} px"
        )


def _input_record(index: int, image: ImageInput) -> bytes:
    codes = (
        _SOURCES.index(image.source) + 1,
        _FITS.index(image.fit) + 1,
        _INTERPOLATIONS.index(image.interpolation) + 1,
        _COLOURS.index(image.colour) + 1,
        image.pad,
    )
    mean = (*image.means, 0.0, 0.0, 0.0)[:4]
    std = (*image.stds, 0.0, 0.0, 0.0)[:4]
    return _PREP_RECORD.pack(index, *codes, bytes(7), *mean, *std, bytes(16))


class _Outputs:
    """A graph's outputs, by index or name."""

    def __init__(self, graph: Graph) -> None:
        self._tensors = [graph.tensors[index] for index in graph.outputs]
        first = graph.tensors[graph.inputs[0]]
        self._picture = first.shape[1:3]

    def find(self, tensor: Tensor, key: str) -> tuple[int, GraphTensor]:
        """Its index and itself."""
        names = [output.name for output in self._tensors]
        if isinstance(tensor, str):
            if names.count(tensor) != 1:
                raise _misfit(f"output.{key}", f"no output is named {tensor!r}; they are {', '.join(names)}")
            index = names.index(tensor)
        else:
            index = tensor
        if not 0 <= index < len(names):
            raise _misfit(f"output.{key}", f"there is no output {index}; the model has {len(names)}")
        found = self._tensors[index]
        if found.dtype not in {"int8", "uint8", "float32"}:
            raise _misfit(f"output.{key}", f"the output {found.name!r} is {found.dtype}")
        if found.quantization is not None and float(found.quantization.scale) > MAX_SCALE:
            raise _misfit(f"output.{key}", f"the output {found.name!r} has a scale above {MAX_SCALE:g}")
        return index, found

    def grid(self, tensor: Tensor, key: str, stride_px: int, channels: int | None = None) -> int:
        """The index of an output (1, rows, columns, channels), or (1, rows * columns, channels), of that stride."""
        index, found = self.find(tensor, key)
        rows, columns = (-(-side // stride_px) for side in self._picture)
        shapes = ((1, rows, columns), (1, rows * columns))
        fits = len(found.shape) >= 3 and found.shape[:-1] in shapes
        if not fits or (channels is not None and found.shape[-1] != channels):
            expected = f"(1, {rows}, {columns}, {'channels' if channels is None else channels})"
            raise _misfit(
                f"output.{key}", f"the output {found.name!r} is {list(found.shape)}, with a stride of "
                f"{stride_px} px it has to be {expected}"
            )  # fmt: skip
        if rows * columns > MAX_CELLS or found.shape[-1] > MAX_KINDS:
            raise _misfit(f"output.{key}", f"the output {found.name!r} has too many cells or channels")
        return index


def _post(output: Output, outputs: _Outputs) -> bytes:
    if isinstance(output, Classes):
        index, found = outputs.find(output.tensor, "tensor")
        if found.shape[-1:] != (found.element_count,) or found.element_count > MAX_KINDS:
            raise _misfit(
                "output.tensor", f"the output {found.name!r} is {list(found.shape)}, not (1, classes)"
            )
        return _header("classes", int(output.softmax), limit=output.top) + _level(index)
    if isinstance(output, Peaks):
        index = outputs.grid(output.tensor, "tensor", output.stride_px)
        return _header(
            "peaks", threshold=output.threshold, limit=output.max_peaks, neighbourhood=output.neighbourhood
        ) + _level(index, stride_px=output.stride_px)
    if isinstance(output, Anomaly):
        index, found = outputs.find(output.tensor, "tensor")
        if found.element_count > MAX_CELLS:
            raise _misfit("output.tensor", f"the output {found.name!r} has too many cells")
        mode = _SCORES.index(output.score) + 1
        return _header("anomaly", mode, threshold=output.threshold) + _level(index)
    if isinstance(output, Segmentation):
        index, found = outputs.find(output.tensor, "tensor")
        if len(found.shape) != 4 or found.shape[0] != 1 or not 2 <= found.shape[3] <= 256:
            reason = (
                f"the output {found.name!r} is {list(found.shape)}, not (1, rows, columns, 2 to 256 classes)"
            )
            raise _misfit("output.tensor", reason)
        if found.shape[1] * found.shape[2] > MAX_CELLS:
            raise _misfit("output.tensor", f"the output {found.name!r} has too many cells")
        return _header("segmentation") + _level(index)
    return _boxes(output, outputs)


def _boxes(output: Boxes, outputs: _Outputs) -> bytes:
    records = b""
    kinds = set()
    for number, level in enumerate(output.levels):
        key, stride = f"levels[{number}]", level.stride_px
        classes = outputs.grid(level.classes, f"{key}.classes", stride)
        kinds.add(outputs.find(level.classes, key)[1].shape[-1])
        boxes = outputs.grid(level.boxes, f"{key}.boxes", stride, 4 * (output.bins or 1))
        objectness = _NONE
        if level.objectness is not None:
            objectness = outputs.grid(level.objectness, f"{key}.objectness", stride, 1)
        records += _level(classes, boxes, objectness, stride)
    if len(kinds) > 1:
        raise _misfit("output.levels", "their class outputs have different numbers of classes")
    return (
        _header(
            "boxes",
            _DECODERS.index(output.decoder) + 1,
            threshold=output.threshold,
            iou=output.iou,
            limit=output.max_boxes,
            flags=int(output.class_agnostic),
            bins=output.bins or 0,
            levels=len(output.levels),
        )
        + records
    )


def _header(
    kind: str, mode: int = 0, *, threshold: float = 0.0, iou: float = 0.0, limit: int = 0, flags: int = 0,
    neighbourhood: int = 0, bins: int = 0, levels: int = 1,
) -> bytes:  # fmt: skip
    code = _KINDS.index(kind) + 1
    return _POST_HEADER.pack(code, mode, threshold, iou, limit, flags, neighbourhood, bins, levels, bytes(28))


def _level(classes: int, boxes: int = _NONE, objectness: int = _NONE, stride_px: int = 0) -> bytes:
    return _POST_LEVEL.pack(classes, boxes, objectness, stride_px, bytes(16))


def _inputs_of(content: bytes) -> list[ImageInput]:
    count, record_bytes, *spare = _PREP_HEADER.unpack_from(content)
    if record_bytes != _PREP_RECORD.size or any(spare):
        raise ValueError("PREP has a field out of range")
    if len(content) != _PREP_HEADER.size + count * record_bytes:
        raise ValueError("the size of PREP does not fit its count")
    inputs = []
    for number in range(count):
        fields = _PREP_RECORD.unpack_from(content, _PREP_HEADER.size + number * record_bytes)
        index, source, fit, interpolation, colour, pad, zeros, *values, more_zeros = fields
        if index != number or any(zeros) or any(more_zeros):
            raise ValueError("PREP has a field out of range")
        image = {
            "source": _named(_SOURCES, source), "fit": _named(_FITS, fit), "pad": pad,
            "interpolation": _named(_INTERPOLATIONS, interpolation), "colour": _named(_COLOURS, colour),
        }  # fmt: skip
        channels = 2 if image["source"] == "pair" else 1 if image["colour"] == "grey" else 3
        if any(values[channels:4]) or any(values[4 + channels :]):
            raise ValueError("PREP has a field out of range")
        image["mean"] = tuple(_shortest(value) for value in values[:channels])
        image["std"] = tuple(_shortest(value) for value in values[4 : 4 + channels])
        inputs.append(ImageInput.model_validate(image))
    return inputs


def _output_of(content: bytes) -> Output:
    kind, mode, threshold, iou, limit, flags, neighbourhood, bins, levels, zeros = _POST_HEADER.unpack_from(
        content
    )
    if any(zeros) or len(content) != _POST_HEADER.size + levels * _POST_LEVEL.size or levels < 1:
        raise ValueError("POST has a field out of range, or its size does not fit its levels")
    records = []
    for number in range(levels):
        *fields, spare = _POST_LEVEL.unpack_from(content, _POST_HEADER.size + number * _POST_LEVEL.size)
        if any(spare):
            raise ValueError("POST has a field out of range")
        records.append(fields)
    return _output(_named(_KINDS, kind), mode, records, (_shortest(threshold), _shortest(iou), limit, flags,
                                                           neighbourhood, bins))  # fmt: skip


def _output(
    kind: str, mode: int, levels: Sequence[Sequence[int]], rest: tuple[float, float, int, int, int, int]
) -> Output:
    threshold, iou, limit, flags, neighbourhood, bins = rest
    tensor, stride = levels[0][0], levels[0][3]
    if kind == "classes":
        return Classes.model_validate({"kind": kind, "tensor": tensor, "softmax": bool(mode), "top": limit})
    if kind == "peaks":
        values: dict[str, Any] = {"kind": kind, "tensor": tensor, "stride_px": stride, "threshold": threshold}
        return Peaks.model_validate({**values, "neighbourhood": neighbourhood, "max_peaks": limit})
    if kind == "anomaly":
        values = {"kind": kind, "tensor": tensor, "score": _named(_SCORES, mode), "threshold": threshold}
        return Anomaly.model_validate(values)
    if kind == "segmentation":
        return Segmentation.model_validate({"kind": kind, "tensor": tensor})
    return Boxes(
        kind="boxes",
        decoder=_named(_DECODERS, mode),  # type: ignore[arg-type]  # one of them
        bins=bins or None,
        levels=tuple(
            Level(classes=a, boxes=b, objectness=None if c == _NONE else c, stride_px=d)
            for a, b, c, d in levels
        ),
        threshold=threshold,
        iou=iou,
        class_agnostic=bool(flags),
        max_boxes=limit,
    )


def _named(names: Sequence[str], code: int) -> str:
    if not 1 <= code <= len(names):
        raise ValueError(f"{code} is none of {', '.join(names)}")
    return names[code - 1]


def _shortest(value: float) -> float:
    """The decimal number that stands for a float32: 0.3 rather than 0.30000001192092896."""
    return float(str(np.float32(value)))
