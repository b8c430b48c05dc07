"""What a processing.yaml holds. Validated when it is read, frozen after; docs/processing.md lists every key."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Field, model_validator

from aiedge.config.faults import checked
from aiedge.config.options import Options
from aiedge.config.yaml_lines import read_yaml
from aiedge.errors import ConfigError

PAGE = "docs/processing.md"

MAX_INPUTS = 16
MAX_LEVELS = 16
MAX_LIMIT = 1024
MAX_STRIDE_PX = 4096


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _per_channel(value: object) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return (float(value),)
    return _as_tuple(value)


Mean = Annotated[float, Field(ge=-1e6, le=1e6)]
Std = Annotated[float, Field(ge=1e-6, le=1e6)]
Score = Annotated[float, Field(gt=0, lt=1)]
Tensor = Annotated[
    int | str, Field(union_mode="left_to_right", description="an output of the model: its index, or its name")
]


class ImageInput(Options):
    """How a picture becomes one of the model's inputs: ``value = (pixel - mean) / std``, then quantized."""

    source: Annotated[
        Literal["image", "pair"],
        Field(description="the picture; or picture and reference, both grey, interleaved as two channels"),
    ] = "image"
    fit: Annotated[
        Literal["stretch", "letterbox", "crop", "exact"],
        Field(
            description="stretch: each axis for itself; letterbox: all of it, centred, the rest padded; crop: its "
            "centre, in the input's proportions; exact: only pictures of the input's size"
        ),
    ] = "stretch"
    interpolation: Annotated[Literal["nearest", "bilinear", "area"], Field(description="of the resize")] = (
        "bilinear"
    )
    colour: Annotated[Literal["grey", "rgb", "bgr"], Field(description="order of the input's channels")] = (
        "rgb"
    )
    pad: Annotated[int, Field(ge=0, le=255, description="pixel that a letterbox is padded with")] = 0
    mean: Annotated[
        tuple[Mean, ...],
        BeforeValidator(_per_channel),
        Field(min_length=1, max_length=4, description="in pixels (0 to 255); one number, or one a channel"),
    ]
    std: Annotated[
        tuple[Std, ...],
        BeforeValidator(_per_channel),
        Field(min_length=1, max_length=4, description="in pixels; one number, or one a channel"),
    ]

    @property
    def channels(self) -> int:
        """Of the model's input."""
        if self.source == "pair":
            return 2
        return 1 if self.colour == "grey" else 3

    @property
    def means(self) -> tuple[float, ...]:
        """One for each channel."""
        return self.mean * self.channels if len(self.mean) == 1 else self.mean

    @property
    def stds(self) -> tuple[float, ...]:
        """One for each channel."""
        return self.std * self.channels if len(self.std) == 1 else self.std

    @model_validator(mode="after")
    def _channels_agree(self) -> ImageInput:
        if self.source == "pair" and self.colour != "grey":
            raise ValueError("with source pair, colour is grey")
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in {1, self.channels}:
                raise ValueError(f"{name} has {len(values)} numbers, the input has {self.channels} channels")
        return self


class Classes(Options):
    """The picture is one of the classes that the labels name."""

    kind: Literal["classes"]
    tensor: Tensor = 0
    softmax: Annotated[bool, Field(description="the output holds logits; false: they are the scores")]
    top: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="how many classes are told")] = 5


class Level(Options):
    """One grid of a detector. A cell is ``stride_px`` px of the input wide and high."""

    classes: Annotated[Tensor, Field(description="output (1, rows, columns, classes): logits")]
    boxes: Annotated[Tensor, Field(description="output (1, rows, columns, 4), or 4 times bins")]
    objectness: Annotated[
        Tensor | None, Field(description="output (1, rows, columns, 1): logits; centre_size only")
    ] = None
    stride_px: Annotated[int, Field(ge=1, le=MAX_STRIDE_PX, description="of a cell")]


class Boxes(Options):
    """Boxes around things: decoded, the best of those that overlap kept."""

    kind: Literal["boxes"]
    decoder: Annotated[
        Literal["centre_size", "distances", "bins"],
        Field(description="what the boxes' numbers mean; docs/processing.md has the formulas"),
    ]
    bins: Annotated[int | None, Field(ge=2, le=64, description="decoder bins: bins of a distance")] = None
    levels: Annotated[
        tuple[Level, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=MAX_LEVELS)
    ]
    threshold: Annotated[Score, Field(description="least score; may be overridden at run")]
    iou: Annotated[
        float, Field(gt=0, le=1, description="a box that overlaps a better one by more is dropped")
    ] = 0.5
    class_agnostic: Annotated[bool, Field(description="whatever the classes of the two")] = False
    max_boxes: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="how many are kept at most")] = 300

    @model_validator(mode="after")
    def _decoder_agrees(self) -> Boxes:
        if (self.bins is None) == (self.decoder == "bins"):
            raise ValueError("bins belongs to decoder bins, which needs it")
        if self.decoder != "centre_size" and any(level.objectness is not None for level in self.levels):
            raise ValueError("objectness belongs to decoder centre_size")
        if len({level.objectness is None for level in self.levels}) > 1:
            raise ValueError("either all levels have objectness, or none has")
        return self


class Peaks(Options):
    """Places where a heat map (1, rows, columns, kinds) of logits peaks."""

    kind: Literal["peaks"]
    tensor: Tensor = 0
    stride_px: Annotated[int, Field(ge=1, le=MAX_STRIDE_PX, description="of a cell")]
    threshold: Annotated[Score, Field(description="least score; may be overridden at run")]
    neighbourhood: Annotated[
        int, Field(ge=0, le=64, description="a peak so many cells or less from a better one is dropped")
    ] = 2
    max_peaks: Annotated[int, Field(ge=1, le=MAX_LIMIT, description="how many are kept at most")] = 300


class Anomaly(Options):
    """How unlike good parts the picture is."""

    kind: Literal["anomaly"]
    tensor: Tensor = 0
    score: Annotated[Literal["max", "mean"], Field(description="of the output's values, a map or one")] = (
        "max"
    )
    threshold: Annotated[
        float, Field(ge=-1e9, le=1e9, description="score from which on the part is anomalous")
    ]


class Segmentation(Options):
    """A class for each cell of the output (1, rows, columns, classes): the greatest."""

    kind: Literal["segmentation"]
    tensor: Tensor = 0


Output = Annotated[
    Union[Classes, Boxes, Peaks, Anomaly, Segmentation],  # noqa: UP007 - evaluated by pydantic, also in 3.10
    Field(discriminator="kind"),
]


class Processing(Options):
    """What stands before and behind the graph of a bundle."""

    inputs: Annotated[
        tuple[ImageInput, ...],
        BeforeValidator(_as_tuple),
        Field(min_length=1, max_length=MAX_INPUTS, description="one for each input of the model, in order"),
    ]
    output: Output


def read_processing(path: Path) -> Processing:
    """Read and check one file. Raises :class:`ConfigError`: the first fault, with file, line and key."""
    file = read_yaml(path)
    if not isinstance(file.data, dict):
        raise ConfigError(
            "AIE-CFG-003", where=file.where(()), reason="a processing is a mapping of keys", page=PAGE
        )
    data: dict[str, Any] = file.data
    return checked(file, (), lambda: Processing.model_validate(data), Processing, page=PAGE)
