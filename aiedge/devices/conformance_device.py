"""The part of the conformance suite that every kind of device passes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from aiedge.devices.conformance_rig import DeviceRig
from aiedge.devices.device import Device
from aiedge.devices.state import TRANSITIONS, DeviceState
from aiedge.errors import DeviceError, DeviceLost, DeviceOptionError, DeviceTimeout, UsageError

SHORT_S = 0.05
AWAY = (DeviceState.LOST, DeviceState.RECOVERING)


class StateLog:
    """Collects a device's changes of state."""

    def __init__(self, device: Device) -> None:
        self.changes: list[tuple[DeviceState, DeviceState]] = []
        self._changed = threading.Condition()
        device.on_state_change(self._append)

    @property
    def states(self) -> list[DeviceState]:
        """The states that were entered, in order."""
        return [new for _, new in self.changes]

    def saw(self, state: DeviceState, patience_s: float) -> bool:
        """Whether ``state`` is entered within ``patience_s``: the device's thread may still tell it."""
        with self._changed:
            return self._changed.wait_for(lambda: state in self.states, patience_s)

    def _append(self, old: DeviceState, new: DeviceState, reason: str) -> None:
        with self._changed:
            self.changes.append((old, new))
            self._changed.notify_all()

    def is_sound(self) -> bool:
        """Whether each change is allowed and starts where the last one ended."""
        ends = [DeviceState.CLOSED, *self.states]
        return all(
            old is end and new in TRANSITIONS[old]
            for (old, new), end in zip(self.changes, ends, strict=False)
        )


class DeviceConformance:
    """Subclass it in a test module as ``Test...`` with a fixture ``new_rig`` that returns a fresh rig.

    Use the class for the kind of device, such as :class:`~aiedge.devices.conformance.CameraConformance`.
    """

    @pytest.fixture
    def rig(self, new_rig: DeviceRig) -> Iterator[DeviceRig]:
        """The rig, cleared away after the test."""
        yield new_rig
        new_rig.close()

    # ---- opening and closing -------------------------------------------------------------------------------

    def test_closed_when_made(self, rig: DeviceRig) -> None:
        """Making a device connects nothing."""
        device = rig.make()
        assert device.state is DeviceState.CLOSED
        with pytest.raises(DeviceError) as caught:
            rig.ask(device, SHORT_S)
        assert caught.value.code == "AIE-DEV-005"

    def test_driver_name_is_the_default_name(self, rig: DeviceRig) -> None:
        """Errors name the device, by its driver's name unless it was given one."""
        device = rig.make()
        assert device.driver
        assert device.name == device.driver
        named = rig.make(name="station 4")
        assert named.name == "station 4"
        with pytest.raises(DeviceError, match="station 4"):
            rig.ask(named, SHORT_S)

    def test_with_opens_and_closes(self, rig: DeviceRig) -> None:
        """``with`` connects and disconnects, and each change is told and counted."""
        device = rig.make()
        log = StateLog(device)
        with device as entered:
            assert entered is device
            assert device.state.usable
            rig.ask(device, rig.PATIENCE_S)
        assert device.state is DeviceState.CLOSED
        assert log.states == [DeviceState.CONNECTING, DeviceState.UP, DeviceState.CLOSED]
        assert [device.counters[f"state_{state.value}"] for state in log.states] == [1, 1, 1]

    def test_open_twice_is_once(self, rig: DeviceRig) -> None:
        """Opening an open device changes nothing."""
        with rig.make() as device:
            log = StateLog(device)
            device.open()
            assert log.states == []
            rig.ask(device, rig.PATIENCE_S)

    def test_open_is_all_or_nothing(self, rig: DeviceRig) -> None:
        """A failed ``with`` leaves a closed device, which opens once the link is there."""
        device = rig.make()
        log = StateLog(device)
        rig.unplug()
        with pytest.raises(DeviceError), device:
            pytest.fail("the device opened although it is unplugged")
        assert device.state is DeviceState.CLOSED
        assert log.states == [DeviceState.CONNECTING, DeviceState.CLOSED]
        rig.replug()
        with device:
            rig.ask(device, rig.PATIENCE_S)

    def test_close_is_idempotent(self, rig: DeviceRig) -> None:
        """Closing may be repeated, before opening too, and afterwards requests are refused."""
        device = rig.make()
        log = StateLog(device)
        device.close()
        device.open()
        device.close()
        device.close()
        assert log.states == [DeviceState.CONNECTING, DeviceState.UP, DeviceState.CLOSED]
        with pytest.raises(DeviceError) as caught:
            rig.ask(device, SHORT_S)
        assert caught.value.code == "AIE-DEV-005"

    def test_opens_again_after_close(self, rig: DeviceRig) -> None:
        """One object serves several sessions."""
        device = rig.make()
        for _ in range(3):
            with device:
                rig.ask(device, rig.PATIENCE_S)

    def test_close_while_lost(self, rig: DeviceRig) -> None:
        """A device that is being recovered closes, and stays closed when the link comes back."""
        with rig.make() as device:
            self._lose(rig, device)
            device.close()
            rig.replug()
            assert device.state is DeviceState.CLOSED
            with pytest.raises(DeviceError) as caught:
                rig.ask(device, SHORT_S)
            assert caught.value.code == "AIE-DEV-005"

    def test_close_ends_a_waiting_request(self, rig: DeviceRig) -> None:
        """Closing from another thread ends a request that waits, with the "closed" error."""
        device = rig.make_mute()
        caught: list[BaseException] = []
        started = threading.Event()

        def wait() -> None:
            started.set()
            try:
                rig.ask(device, 100 * rig.PATIENCE_S)
            except DeviceError as error:
                caught.append(error)

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        started.wait()
        waiting.join(SHORT_S)  # let it get into its wait
        device.close()
        waiting.join(rig.PATIENCE_S)
        assert not waiting.is_alive()
        assert [getattr(error, "code", "") for error in caught] == ["AIE-DEV-005"]

    # ---- time-outs -----------------------------------------------------------------------------------------

    def test_time_out_is_kept(self, rig: DeviceRig) -> None:
        """A request that is not answered ends with DeviceTimeout, again and again, and counts."""
        device = rig.make_mute()
        try:
            waiting = _Asking(rig, device, SHORT_S)
            waiting.join(rig.PATIENCE_S)
            assert not waiting.is_alive()
            assert isinstance(waiting.error, DeviceTimeout)
            assert isinstance(waiting.error, TimeoutError)
            assert device.name in str(waiting.error)
            assert device.counters["timeouts"] == 1
        finally:
            device.close()

    @pytest.mark.parametrize("timeout_s", [-1.0, float("nan"), float("inf"), None, "1"])
    def test_time_out_must_be_a_time(self, rig: DeviceRig, timeout_s: float) -> None:
        """There is no request without a time-out."""
        with rig.make() as device, pytest.raises(UsageError) as caught:
            rig.ask(device, timeout_s)
        assert caught.value.code == "AIE-DEV-012"

    # ---- the link breaks -----------------------------------------------------------------------------------

    def test_lost_and_recovered(self, rig: DeviceRig) -> None:
        """An unplugged device is seen to be lost; plugged in again it answers, without being made anew."""
        device = rig.make()
        log = StateLog(device)
        with device:
            rig.ask(device, rig.PATIENCE_S)
            self._lose(rig, device)
            assert DeviceState.LOST in log.states
            rig.replug()
            rig.ask(device, rig.PATIENCE_S)
            assert device.state.usable
            assert device.counters["reconnects"] == 1
        assert log.is_sound()
        assert DeviceState.RECOVERING in log.states

    def test_recovers_from_each_of_many_losses(self, rig: DeviceRig) -> None:
        """The second outage ends as the first one."""
        with rig.make() as device:
            for _ in range(2):
                self._lose(rig, device)
                rig.replug()
                rig.ask(device, rig.PATIENCE_S)
            assert device.counters["reconnects"] == 2

    def test_lost_device_says_so(self, rig: DeviceRig) -> None:
        """While the device is away, a request ends in time with DeviceLost."""
        with rig.make() as device:
            self._lose(rig, device)
            with pytest.raises(DeviceLost) as caught:
                rig.ask(device, SHORT_S)
            assert isinstance(caught.value, ConnectionError)
            assert device.state in AWAY

    def test_callback_may_close(self, rig: DeviceRig) -> None:
        """A listener may close the device when it is lost."""
        device = rig.make()
        log = StateLog(device)
        device.on_state_change(lambda _, new, __: device.close() if new is DeviceState.LOST else None)
        with device:
            rig.unplug()
            with pytest.raises(DeviceError):
                self._ask_until_error(rig, device)
            assert device.state is DeviceState.CLOSED
        assert log.states[-2:] == [DeviceState.LOST, DeviceState.CLOSED]

    def test_failing_callback_is_counted(self, rig: DeviceRig) -> None:
        """A listener's mistake does not end the link."""
        device = rig.make()

        def fail(old: DeviceState, new: DeviceState, reason: str) -> None:
            raise ValueError(f"{old} {new} {reason}")

        device.on_state_change(fail)
        with device:
            rig.ask(device, rig.PATIENCE_S)
        assert device.counters["callback_errors"] == 3

    # ---- use from threads ----------------------------------------------------------------------------------

    def test_requests_of_threads_take_turns(self, rig: DeviceRig) -> None:
        """Several threads may ask one device."""
        with rig.make() as device:
            asking = [_Asking(rig, device, rig.PATIENCE_S) for _ in range(3)]
            for one in asking:
                one.join(rig.PATIENCE_S)
            assert [one.error for one in asking] == [None] * 3

    # ---- options -------------------------------------------------------------------------------------------

    def test_unknown_option_is_refused(self, rig: DeviceRig) -> None:
        """A misspelled option is an error that names it."""
        with pytest.raises(DeviceOptionError, match="'colour_of_the_cable'"):
            rig.make(colour_of_the_cable="grey")

    def test_wrong_option_is_refused(self, rig: DeviceRig) -> None:
        """An option of the wrong type or range is an error that names it, nested ones by their path."""
        with pytest.raises(DeviceOptionError, match="'connect_timeout_s'"):
            rig.make(connect_timeout_s="soon")
        with pytest.raises(DeviceOptionError, match=r"'reconnect\.factor'"):
            rig.make(reconnect={"factor": 0.5})

    # ---- helpers -------------------------------------------------------------------------------------------

    def _lose(self, rig: DeviceRig, device: Device) -> None:
        """Unplug, and ask until the device has noticed."""
        rig.unplug()
        with pytest.raises(DeviceError):
            self._ask_until_error(rig, device)
        assert device.state in AWAY

    @staticmethod
    def _ask_until_error(rig: DeviceRig, device: Device) -> None:
        # What was on its way before the fault may still arrive, and a silence must repeat before it counts.
        for _ in range(1000):
            try:
                rig.ask(device, SHORT_S)
            except DeviceTimeout:
                if not device.state.usable:
                    raise


class _Asking(threading.Thread):
    """One request in a thread of its own."""

    def __init__(self, rig: DeviceRig, device: Device, timeout_s: float) -> None:
        super().__init__(daemon=True)
        self.error: DeviceError | None = None
        self._rig = rig
        self._device = device
        self._timeout_s = timeout_s
        self.start()

    def run(self) -> None:
        try:
            self._rig.ask(self._device, self._timeout_s)
        except DeviceError as error:
            self.error = error
