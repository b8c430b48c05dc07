"""A picture's file -> a model's input, by the processing that goes into the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from aiedge.cli.read_input import MAX_PICTURE_PIXELS
from aiedge.devices.picture_file import PictureError, read_picture
from aiedge.errors import InputError, UsageError
from aiedge.model.processing import ImageInput
from aiedge.types import TensorSpec
from aiedge.vision.prepare import prepare


class PictureReader:
    """Called with a file: the array for ``spec``, as the line will make it of a camera's picture."""

    def __init__(self, image: ImageInput, spec: TensorSpec) -> None:
        self._image = image
        self._spec = spec

    def __call__(self, file: Path) -> NDArray[Any]:
        """Read it; UsageError for what is no picture, InputError for one that does not fit."""
        image = self._image
        if image.source == "pair":
            reason = "it takes a picture with its reference"
            raise InputError("AIE-MOD-092", where=str(file), name=self._spec.name, reason=reason)
        try:
            pixels = read_picture(file, MAX_PICTURE_PIXELS, colour=image.colour != "grey")
        except PictureError as error:
            raise UsageError("AIE-CLI-003", where=str(file), reason=error) from error
        except OSError as error:
            raise UsageError("AIE-CLI-002", where=str(file), reason=error.strerror or error) from error
        try:
            array, _ = prepare(
                pixels,
                None,
                self._spec,
                fit=image.fit,
                interpolation=image.interpolation,
                colour=image.colour,
                pad=image.pad,
                mean=image.means,
                std=image.stds,
            )
        except ValueError as error:
            reason = str(error).rstrip(".")
            raise InputError("AIE-MOD-092", where=str(file), name=self._spec.name, reason=reason) from error
        return array
