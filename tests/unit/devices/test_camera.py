from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from aiedge.clock import FakeClock
from aiedge.devices.camera import Camera
from aiedge.errors import DeviceError
from aiedge.types import ClockDomain, Frame, TimeSource, Timestamp


class ScriptedCamera(Camera):
    """Gives the frames that a test lists."""

    driver = "test/camera"
    _RECOVERS_IN_CALL = True

    script: list[Frame | BaseException]
    triggers = 0

    def _connect(self, timeout_s: float) -> None:
        pass

    def _disconnect(self) -> None:
        pass

    def _flush(self) -> None:
        pass

    def _grab(self, timeout_s: float) -> Frame:
        step = self.script.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step

    def _trigger(self, timeout_s: float) -> None:
        self.triggers += 1


def frame(sequence: int, time_ns: int = 0, domain: ClockDomain = ClockDomain.HOST_MONOTONIC) -> Frame:
    pixels = np.zeros((2, 3), dtype=np.uint8)
    stamp = Timestamp(time_ns, domain, TimeSource.EXPOSURE_START, uncertainty_ns=5)
    return Frame(pixels, stamp, sequence, reference=pixels.copy())


@pytest.fixture
def camera() -> Iterator[ScriptedCamera]:
    with ScriptedCamera(clock=FakeClock(monotonic_ns=1000)) as camera:
        yield camera


def read(camera: ScriptedCamera, *script: Frame | BaseException) -> list[int]:
    camera.script = list(script)
    numbers = []
    while camera.script:
        numbers.append(camera.read(1.0).sequence)
    return numbers


def test_first_number_is_the_devices(camera: ScriptedCamera) -> None:
    assert read(camera, frame(17)) == [17]
    assert camera.counters.get("frames_lost", 0) == 0


def test_gaps_are_lost_frames_and_degrade(camera: ScriptedCamera) -> None:
    seen: list[str] = []
    camera.on_state_change(lambda _, new, reason: seen.append(f"{new.value}: {reason}"))
    assert read(camera, frame(0), frame(3), frame(4), frame(6)) == [0, 3, 4, 6]
    assert camera.counters["frames_lost"] == 3
    assert camera.counters["frames"] == 4
    assert seen == [
        "degraded: 2 frame(s) lost before frame 3",
        "up: answers again",
        "degraded: 1 frame(s) lost before frame 6",
    ]


def test_counting_goes_on_over_an_outage(camera: ScriptedCamera) -> None:
    assert read(camera, frame(5), ConnectionResetError(), frame(9)) == [5, 9]
    assert camera.counters["frames_lost"] == 3
    assert "frames_recounted" not in camera.counters


def test_numbers_rise_when_the_device_counts_anew(camera: ScriptedCamera) -> None:
    script = [
        frame(5),
        ConnectionResetError(),
        frame(0),
        frame(1),
        frame(3),
        ConnectionResetError(),
        frame(2),
    ]
    assert read(camera, *script) == [5, 7, 8, 10, 12]
    assert camera.counters["frames_recounted"] == 2
    assert camera.counters["frames_lost"] == 1 + 1 + 1


def test_repeated_number_without_an_outage_is_an_error(camera: ScriptedCamera) -> None:
    with pytest.raises(DeviceError, match="frame 4 came after frame 4"):
        read(camera, frame(4), frame(4))


def test_a_new_session_counts_as_the_device_does(camera: ScriptedCamera) -> None:
    read(camera, frame(5), ConnectionResetError(), frame(0))
    camera.close()
    camera.open()
    assert read(camera, frame(0), frame(1)) == [0, 1]


def test_arrays_become_read_only(camera: ScriptedCamera) -> None:
    camera.script = [frame(0)]
    got = camera.read(1.0)
    assert got.reference is not None
    assert not got.image.flags.writeable
    assert not got.reference.flags.writeable


def test_frames_from_before_the_trigger_are_withheld(camera: ScriptedCamera) -> None:
    camera.trigger(1.0)  # at 1000 ns
    assert read(camera, frame(0, 900), frame(1, 994), frame(2, 995)) == [2]
    assert camera.counters["frames_stale"] == 2
    assert camera.triggers == 1


def test_times_of_another_clock_are_not_compared_with_the_trigger(camera: ScriptedCamera) -> None:
    camera.trigger(1.0)
    assert read(camera, frame(0, 900, ClockDomain.DEVICE)) == [0]


def test_camera_without_trigger_refuses(camera: ScriptedCamera, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptedCamera, "_trigger", Camera._trigger)
    with pytest.raises(DeviceError) as caught:
        camera.trigger(1.0)
    assert caught.value.code == "AIE-DEV-018"
    assert read(camera, frame(0)) == [0]  # older than the refused trigger, and still good
