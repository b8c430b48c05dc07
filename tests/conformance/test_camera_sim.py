from __future__ import annotations

from typing import Any

import pytest

from aiedge.devices.conformance import CameraConformance, CameraRig
from aiedge_drivers.camera.sim import SimCamera


class SimCameraRig(CameraRig):
    """``options`` are what this way of running the simulator needs; small boards are not to be had."""

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._camera: SimCamera | None = None
        self._plugged = True

    def make(self, **options: Any) -> SimCamera:
        self._camera = SimCamera(**{**self.QUICK, "distinct": 1, **self._options, **options})
        return self._camera

    def unplug(self) -> None:
        assert self._camera is not None
        self._camera.unplug()

    def replug(self) -> None:
        assert self._camera is not None
        self._camera.replug()

    def make_mute(self) -> SimCamera:
        camera = self.make()
        camera.open()
        camera.freeze()
        return camera


class TestSimCameraAsFastAsRead(CameraConformance):
    @pytest.fixture
    def new_rig(self) -> SimCameraRig:
        return SimCameraRig()


class TestSimCameraOnALine(CameraConformance):
    @pytest.fixture
    def new_rig(self) -> SimCameraRig:
        return SimCameraRig(period_s=0.01, distinct=0, render_ahead=1)
