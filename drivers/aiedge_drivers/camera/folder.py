"""A camera that shows the pictures of a folder, for trying a line on real parts without the machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from aiedge.clock import SYSTEM_CLOCK, Clock, Deadline
from aiedge.devices.camera import Camera
from aiedge.devices.options import DeviceOptions, FilePath
from aiedge.devices.picture_file import SUFFIXES, PictureError, read_picture
from aiedge.errors import DeviceError, DeviceLost, EndOfFrames
from aiedge.types import Frame, Timestamp


class FolderCameraOptions(DeviceOptions):
    """Options of ``camera/folder``.

    ``path``: the folder. ``test_suffix`` and ``reference_suffix``: a part's test image is named with the
    first, its template with the second (``00041001_test.jpg`` and ``00041001_temp.jpg``); with
    ``test_suffix`` alone the parts have no template; with neither, every JPEG, PNG and BMP file is a part.
    ``colour``: frames are RGB instead of grey, however each file is stored. ``loop``: start over at the end.
    ``period_s``: one part after the other, 0 as fast as they are read.
    ``max_pixels``: a larger picture is refused.
    """

    path: FilePath
    test_suffix: str | None = Field(default=None, min_length=1)
    reference_suffix: str | None = Field(default=None, min_length=1)
    colour: bool = False
    loop: bool = False
    period_s: float = Field(default=0.0, ge=0)
    first_part_id: int = 1
    max_pixels: int = Field(default=50_000_000, ge=1)

    @model_validator(mode="after")
    def _pairs(self) -> FolderCameraOptions:
        if self.reference_suffix is not None and self.test_suffix is None:
            raise ValueError("reference_suffix needs test_suffix beside it")
        if self.reference_suffix is not None and self.reference_suffix == self.test_suffix:
            raise ValueError("test_suffix and reference_suffix are the same")
        return self


@dataclass(frozen=True, slots=True)
class _PartFiles:
    test: Path
    reference: Path | None


class FolderCamera(Camera):
    """``camera/folder``: the pictures of a folder in the order of their names, listed when it is opened.

    Metadata: ``part_id`` (from ``first_part_id`` on), ``file`` (the test image's path). The time of a frame
    is that at which its file began to be read. No part is skipped for a slow reader. A picture that cannot be
    read is a :class:`~aiedge.errors.DeviceError` that names the file, and counts as a lost frame; the next
    read goes on with the next part.
    """

    driver = "camera/folder"
    options_model = FolderCameraOptions
    options: FolderCameraOptions

    _RECOVERS_IN_CALL = True

    def __init__(self, *, name: str | None = None, clock: Clock = SYSTEM_CLOCK, **options: Any) -> None:
        super().__init__(name=name, clock=clock, **options)
        self._parts: list[_PartFiles] = []
        self._position = 0
        self._due_ns = 0

    # ---- the driver's hooks --------------------------------------------------------------------------------

    def _begin(self) -> None:
        super()._begin()
        self._parts = []
        self._position = 0
        self._due_ns = self._clock.monotonic_ns()

    def _connect(self, timeout_s: float) -> None:
        folder = self.options.path
        try:
            names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
        except OSError as error:
            raise self._folder_error(error.strerror or str(error)) from error
        if not self._parts:  # connected again, the list stays: a part is not shown twice
            self._parts = self._pair(names)
        if not self._parts:
            wanted = f"*{self.options.test_suffix}" if self.options.test_suffix else ", ".join(SUFFIXES)
            raise self._folder_error(f"it holds no file {wanted}")

    def _disconnect(self) -> None:
        """No connection is held between two reads."""

    def _flush(self) -> None:
        """A picture is read when it is asked for, so that none is ever on its way."""

    def _grab(self, timeout_s: float) -> Frame:
        index = self._position
        if index >= len(self._parts) and not self.options.loop:
            raise EndOfFrames("AIE-DEV-011", where=self.name)
        self._await_due(Deadline(self._clock, timeout_s))
        files = self._parts[index % len(self._parts)]
        timestamp = Timestamp.arrival(self._clock)
        image = self._read(files.test)
        reference = None if files.reference is None else self._read(files.reference)
        self._advance()
        if reference is not None and reference.shape != image.shape:
            reason = f"its size {image.shape} is not that of its reference, {reference.shape}"
            raise self._picture_error(files.test, reason)
        part_id = self.options.first_part_id + index
        metadata = MappingProxyType({"part_id": part_id, "file": str(files.test)})
        return Frame(image, timestamp, index, reference, metadata)

    # ---- inside --------------------------------------------------------------------------------------------

    def _pair(self, names: list[str]) -> list[_PartFiles]:
        folder, options = self.options.path, self.options
        if options.test_suffix is None:
            return [_PartFiles(folder / name, None) for name in names if name.lower().endswith(SUFFIXES)]
        tests = [name for name in names if name.endswith(options.test_suffix)]
        if options.reference_suffix is None:
            return [_PartFiles(folder / name, None) for name in tests]
        stems = [name[: -len(options.test_suffix)] for name in tests]
        return [
            _PartFiles(folder / test, folder / (stem + options.reference_suffix))
            for test, stem in zip(tests, stems, strict=True)
        ]

    def _await_due(self, deadline: Deadline) -> None:
        wait_s = (self._due_ns - self._clock.monotonic_ns()) / 1e9
        remaining_s = deadline.remaining_s()
        if wait_s > 0 and self._clock.wait(self._stop, min(wait_s, remaining_s)):
            raise ConnectionError("closed")
        if wait_s > remaining_s:
            raise TimeoutError

    def _advance(self) -> None:
        self._position += 1
        self._due_ns = max(self._due_ns, self._clock.monotonic_ns()) + round(self.options.period_s * 1e9)

    def _read(self, path: Path) -> NDArray[np.uint8]:
        try:
            return read_picture(path, self.options.max_pixels, colour=self.options.colour)
        except PictureError as error:
            self._advance()
            raise self._picture_error(path, str(error)) from error
        except OSError as error:
            if not self.options.path.is_dir():
                raise DeviceLost("AIE-DEV-009", where=self.name, reason="the folder is gone") from error
            self._advance()
            raise self._picture_error(path, error.strerror or str(error)) from error

    def _picture_error(self, path: Path, reason: str) -> DeviceError:
        return DeviceError("AIE-DEV-017", where=f"{self.name}: {path}", reason=reason)

    def _folder_error(self, reason: str) -> DeviceError:
        return DeviceError("AIE-DEV-016", where=f"{self.name}: {self.options.path}", reason=reason)
