from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from aiedge.devices.conformance import CameraConformance, CameraRig
from aiedge_drivers.camera.folder import FolderCamera


class FolderCameraRig(CameraRig):
    def __init__(self, root: Path) -> None:
        self._folder = root / "boards"
        self._away = root / "taken away"
        self._folder.mkdir()
        for index, kind in enumerate(["temp", "test"] * 2):
            pixels = np.full((8, 12), 60 * index, dtype=np.uint8)
            Image.fromarray(pixels).save(self._folder / f"{index // 2}_{kind}.png")

    def make(self, **options: Any) -> FolderCamera:
        pairs = {"test_suffix": "_test.png", "reference_suffix": "_temp.png", "loop": True}
        return FolderCamera(**{**self.QUICK, "path": self._folder, **pairs, **options})

    def unplug(self) -> None:
        self._folder.rename(self._away)

    def replug(self) -> None:
        self._away.rename(self._folder)

    def make_mute(self) -> FolderCamera:
        camera = self.make(period_s=3600.0)
        camera.open()
        camera.read(self.PATIENCE_S)  # the next one is an hour away
        return camera


class TestFolderCamera(CameraConformance):
    @pytest.fixture
    def new_rig(self, tmp_path: Path) -> FolderCameraRig:
        return FolderCameraRig(tmp_path)
