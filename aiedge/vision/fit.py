"""Where a picture lies in a model's input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FitName = Literal["stretch", "letterbox", "crop", "exact"]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In whole px: left upper corner and size."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fit:
    """The part ``source`` of a picture is resized to ``target`` of the input; sizes of both in px."""

    width: int
    height: int
    input_width: int
    input_height: int
    source: Rectangle
    target: Rectangle

    def undo(
        self, x_px: NDArray[np.float32], y_px: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Places in the input -> places in the picture, both in px; they may lie outside of it."""
        return (
            _moved(x_px, self.target.x, self.target.width, self.source.x, self.source.width),
            _moved(y_px, self.target.y, self.target.height, self.source.y, self.source.height),
        )


def place(width: int, height: int, input_width: int, input_height: int, fit: FitName) -> Fit:
    """Fit a picture of ``width`` x ``height`` px into an input; ``ValueError`` for another size than ``exact`` says."""
    whole, target = Rectangle(0, 0, width, height), Rectangle(0, 0, input_width, input_height)
    wide = input_width * height <= input_height * width  # the picture, against the input
    if fit == "letterbox":
        if wide:
            target_height = max(1, (2 * height * input_width + width) // (2 * width))
            target = Rectangle(0, (input_height - target_height) // 2, input_width, target_height)
        else:
            target_width = max(1, (2 * width * input_height + height) // (2 * height))
            target = Rectangle((input_width - target_width) // 2, 0, target_width, input_height)
    elif fit == "crop":
        if wide:
            part = max(1, (2 * height * input_width + input_height) // (2 * input_height))
            whole = Rectangle((width - part) // 2, 0, part, height)
        else:
            part = max(1, (2 * width * input_height + input_width) // (2 * input_width))
            whole = Rectangle(0, (height - part) // 2, width, part)
    elif fit == "exact" and (width, height) != (input_width, input_height):
        raise ValueError(
            f"the picture has {width} x {height} px, the model takes {input_width} x {input_height}"
        )
    return Fit(width, height, input_width, input_height, whole, target)


def _moved(
    places: NDArray[np.float32], from_begin: int, from_size: int, to_begin: int, to_size: int
) -> NDArray[np.float32]:
    ratio = np.float32(to_size) / np.float32(from_size)
    moved: NDArray[np.float32] = (places - np.float32(from_begin)) * ratio + np.float32(to_begin)
    return moved
