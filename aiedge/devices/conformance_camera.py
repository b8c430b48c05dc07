"""The conformance suite for cameras."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from aiedge.devices.conformance_device import SHORT_S, DeviceConformance, StateLog
from aiedge.devices.conformance_rig import CameraRig
from aiedge.devices.state import DeviceState
from aiedge.errors import DeviceError, DeviceTimeout
from aiedge.types import Frame


class CameraConformance(DeviceConformance):
    """What every camera driver must do; see :class:`DeviceConformance` for how to use it."""

    def test_frames_have_the_form(self, rig: CameraRig) -> None:
        """uint8, grey or RGB, the reference like the image, and nobody can write into either."""
        with rig.make() as camera:
            frame = camera.read(rig.PATIENCE_S)
        for array in (frame.image, frame.reference):
            if array is None:
                continue
            assert array.dtype == np.uint8
            assert array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
            assert array.shape == frame.image.shape
            with pytest.raises(ValueError, match="read-only"):
                array[0, 0] = 0

    def test_frames_are_in_order(self, rig: CameraRig) -> None:
        """Numbers rise, times do not fall, and the lost frames are those that the numbers leave out."""
        with rig.make() as camera:
            frames = [camera.read(rig.PATIENCE_S) for _ in range(3)]
        self._check_order(frames)
        skipped = frames[-1].sequence - frames[0].sequence - 2
        assert camera.counters.get("frames_lost", 0) == skipped
        assert camera.counters["frames"] == 3

    def test_frames_are_not_overwritten(self, rig: CameraRig) -> None:
        """A frame that the caller keeps stays as it was when later ones are read."""
        with rig.make() as camera:
            first = camera.read(rig.PATIENCE_S)
            copy = first.image.copy()
            camera.read(rig.PATIENCE_S)
            camera.read(rig.PATIENCE_S)
        assert np.array_equal(first.image, copy)

    def test_order_survives_an_outage(self, rig: CameraRig) -> None:
        """Numbers rise over a lost link, whatever the device counts."""
        with rig.make() as camera:
            frames = [camera.read(rig.PATIENCE_S)]
            self._lose(rig, camera)
            rig.replug()
            frames.append(camera.read(rig.PATIENCE_S))
        assert frames[1].sequence > frames[0].sequence

    def test_no_frame_is_no_fault(self, rig: CameraRig) -> None:
        """A line that stands still is not a broken camera: time-outs leave its state."""
        camera = rig.make_mute()
        try:
            log = StateLog(camera)
            for _ in range(camera.options.lost_after + 1):
                with pytest.raises(DeviceTimeout):
                    camera.read(SHORT_S / 5)
            assert log.states == []
            assert camera.state is DeviceState.UP
        finally:
            camera.close()

    def test_trigger_works_or_says_that_it_does_not(self, rig: CameraRig) -> None:
        """A camera without a software trigger refuses it and goes on."""
        with rig.make() as camera:
            try:
                camera.trigger(rig.PATIENCE_S)
            except DeviceError as error:
                assert error.code == "AIE-DEV-018"  # noqa: PT017 - either outcome is right
            camera.read(rig.PATIENCE_S)

    @staticmethod
    def _check_order(frames: list[Frame]) -> None:
        for before, after in pairwise(frames):
            assert after.sequence > before.sequence
            assert after.timestamp.domain is before.timestamp.domain
            assert after.timestamp.source is before.timestamp.source
            assert after.timestamp.value_ns >= before.timestamp.value_ns
