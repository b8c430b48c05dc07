from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Iterator

import pytest
from unit.devices.scripted_device import InCallDevice, ScriptedDevice

from aiedge.clock import FakeClock
from aiedge.devices.device import Device
from aiedge.devices.state import DeviceState
from aiedge.errors import DeviceError, DeviceLost, DeviceTimeout

NO_JITTER = {"first_delay_s": 0.1, "factor": 2.0, "cap_s": 0.5, "jitter": 0.0}
QUICK = {"first_delay_s": 0.001, "cap_s": 0.005}
PATIENCE_S = 10.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def device(clock: FakeClock) -> Iterator[InCallDevice]:
    """Open, on a fake clock, recovering in the call."""
    device = InCallDevice(clock=clock, reconnect=NO_JITTER)
    with device:
        device.calls.clear()
        yield device


def states(device: Device) -> list[str]:
    seen: list[str] = []
    device.on_state_change(lambda _, new, __: seen.append(new.value))
    return seen


class TestOpen:
    @pytest.mark.parametrize(
        ("raised", "expected", "code"),
        [
            (TimeoutError(), DeviceTimeout, "AIE-DEV-003"),
            (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), DeviceError, "AIE-DEV-004"),
            (OSError(errno.ETIMEDOUT, "Connection timed out"), DeviceError, "AIE-DEV-004"),
            (DeviceError("AIE-DEV-020", reason="no"), DeviceError, "AIE-DEV-020"),
        ],
    )
    def test_failure_is_translated_and_leaves_nothing(
        self, clock: FakeClock, raised: OSError, expected: type[DeviceError], code: str
    ) -> None:
        device = InCallDevice(clock=clock)
        device.connects = [raised]
        with pytest.raises(expected) as caught:
            device.open()
        assert caught.value.code == code
        assert type(caught.value) is expected
        assert device.calls == ["begin", "connect", "disconnect"]
        assert device.state is DeviceState.CLOSED
        assert device.state_reason.startswith("opening failed")

    def test_driver_bug_and_interrupt_leave_nothing_either(self, clock: FakeClock) -> None:
        for error in (ZeroDivisionError(), KeyboardInterrupt()):
            device = InCallDevice(clock=clock)
            device.connects = [error]
            with pytest.raises(type(error)):
                device.open()
            assert device.calls[-1] == "disconnect"
            assert device.state is DeviceState.CLOSED

    def test_closed_while_opening(self, clock: FakeClock) -> None:
        device = InCallDevice(clock=clock)
        device.on_connect = device.close
        with pytest.raises(DeviceError) as caught:
            device.open()
        assert caught.value.code == "AIE-DEV-005"
        # Once by close(), and once more for what connecting has made since.
        assert device.calls == ["begin", "connect", "disconnect", "disconnect"]
        assert device.state is DeviceState.CLOSED

    def test_reopening_begins_anew(self, device: InCallDevice) -> None:
        device.close()
        device.open()
        assert device.calls == ["disconnect", "begin", "connect"]

    def test_failing_disconnect_still_closes(
        self, clock: FakeClock, caplog: pytest.LogCaptureFixture
    ) -> None:
        device = InCallDevice(clock=clock, name="press 3")
        device.open()
        device.disconnect_error = OSError("the cable fell out")
        device.close()
        assert device.state is DeviceState.CLOSED
        assert device.counters["disconnect_errors"] == 1
        assert "press 3: disconnecting failed: the cable fell out" in caplog.text


class TestRequests:
    def test_answer_is_handed_on(self, device: InCallDevice) -> None:
        device.answers = [42]
        assert device.ask(1.0) == 42

    def test_refusal_passes_and_the_link_stays_up(self, device: InCallDevice) -> None:
        seen = states(device)
        refusal = DeviceError("AIE-DEV-020", reason="no")
        device.answers = [refusal]
        with pytest.raises(DeviceError) as caught:
            device.ask(1.0)
        assert caught.value is refusal
        assert seen == []

    def test_silence_degrades_then_is_flushed(self, device: InCallDevice) -> None:
        device.answers = [TimeoutError()]
        with pytest.raises(DeviceTimeout, match=r"AIE-DEV-003: test/scripted: .* 0\.25 s"):
            device.ask(0.25)
        assert device.state.value == "degraded"
        device.ask(1.0)
        assert device.calls == ["ask", "flush", "ask"]
        assert device.state.value == "up"
        device.ask(1.0)
        assert device.calls[-2:] == ["ask", "ask"]

    def test_flush_may_ask_for_a_new_link(self, device: InCallDevice) -> None:
        device.answers = [TimeoutError()]
        with pytest.raises(DeviceTimeout):
            device.ask(0.1)
        device.flush_error = DeviceLost("AIE-DEV-009", reason="cannot tell answers apart")
        device.ask(1.0)
        assert device.calls == ["ask", "flush", "disconnect", "connect", "restore", "ask"]

    def test_interrupted_request_is_flushed(self, device: InCallDevice) -> None:
        device.answers = [KeyboardInterrupt()]
        with pytest.raises(KeyboardInterrupt):
            device.ask(1.0)
        device.ask(1.0)
        assert device.calls == ["ask", "flush", "ask"]

    def test_lost_after_so_many_silences(self, clock: FakeClock) -> None:
        with InCallDevice(clock=clock, lost_after=2) as device:
            seen = states(device)
            device.answers = [TimeoutError(), TimeoutError()]
            for _ in range(2):
                with pytest.raises(DeviceTimeout):
                    device.ask(0.1)
            assert seen == ["degraded", "lost"]
            assert device.state_reason == "no answer to 2 request(s) in a row"

    def test_answers_between_silences_start_the_count_over(self, device: InCallDevice) -> None:
        seen = states(device)
        for _ in range(5):
            device.answers = [TimeoutError()]
            with pytest.raises(DeviceTimeout):
                device.ask(0.1)
            device.ask(0.1)
        assert seen == ["degraded", "up"] * 5

    def test_kernel_time_out_is_a_broken_link(self, device: InCallDevice) -> None:
        device.answers = [OSError(errno.ETIMEDOUT, "Connection timed out")]
        assert device.ask(1.0) == "ok"
        assert device.calls == ["ask", "disconnect", "connect", "restore", "ask"]

    def test_mark_lasts_until_a_clean_answer(self, device: InCallDevice) -> None:
        seen = states(device)
        device.degrade("2 frames lost")
        assert device.state_reason == "2 frames lost"
        device.degrade("1 frame lost")
        device.ask(1.0)
        assert seen == ["degraded", "up"]

    def test_busy_device_is_a_time_out(self, device: InCallDevice) -> None:
        with device._turn_lock, pytest.raises(DeviceTimeout) as caught:
            device.ask(0.01)
        assert caught.value.code == "AIE-DEV-019"


class TestRecovery:
    def test_repeats_the_request_after_reconnecting(self, device: InCallDevice) -> None:
        seen = states(device)
        device.answers = [ConnectionResetError(), 7]
        assert device.ask(1.0) == 7
        assert device.calls == ["ask", "disconnect", "connect", "restore", "ask"]
        assert seen == ["lost", "recovering", "up"]
        assert device.counters["reconnects"] == 1

    def test_delays_grow_to_the_cap(self, device: InCallDevice, clock: FakeClock) -> None:
        tried_s: list[float] = []
        device.on_connect = lambda: tried_s.append(clock.monotonic_ns() / 1e9)
        device.answers = [ConnectionResetError()]
        device.connects = [ConnectionRefusedError()] * 5
        assert device.ask(10.0) == "ok"
        assert tried_s == pytest.approx([0, 0.1, 0.3, 0.7, 1.2, 1.7])

    def test_time_out_is_kept_and_the_delay_goes_on_in_the_next_call(
        self, device: InCallDevice, clock: FakeClock
    ) -> None:
        device.answers = [ConnectionResetError()]
        device.connects = [ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")] * 2
        with pytest.raises(DeviceLost, match=r"Connection refused.*0\.05 s"):
            device.ask(0.05)
        assert clock.monotonic_ns() == 50_000_000
        with pytest.raises(DeviceLost):
            device.ask(0.04)
        assert device.calls.count("connect") == 1
        assert device.ask(1.0) == "ok"
        assert clock.monotonic_ns() == 300_000_000

    def test_only_an_answer_starts_the_delays_over(self, device: InCallDevice, clock: FakeClock) -> None:
        device.answers = [ConnectionResetError()] * 3  # takes connections, and drops them
        assert device.ask(1.0) == "ok"
        assert clock.monotonic_ns() == 300_000_000
        device.answers = [ConnectionResetError()]
        assert device.ask(1.0) == "ok"
        assert clock.monotonic_ns() == 300_000_000

    def test_driver_bug_while_reconnecting_is_logged_and_tried_again(
        self, device: InCallDevice, caplog: pytest.LogCaptureFixture
    ) -> None:
        device.answers = [ConnectionResetError()]
        device.connects = [ZeroDivisionError("oh")]
        assert device.ask(1.0) == "ok"
        assert [record.levelno for record in caplog.records] == [logging.ERROR]

    def test_close_during_an_attempt_ends_the_request(self, device: InCallDevice) -> None:
        device.answers = [ConnectionResetError()]
        device.on_connect = device.close
        with pytest.raises(DeviceError) as caught:
            device.ask(1.0)
        assert caught.value.code == "AIE-DEV-005"
        assert device.calls[-1] == "disconnect"


class TestRecoveryThread:
    """The same with the device's own thread, on the real clock."""

    def test_recovers_while_nobody_asks(self) -> None:
        with ScriptedDevice(reconnect=QUICK) as device:
            came_back = threading.Event()
            device.on_state_change(lambda old, _, __: came_back.set() if old.value == "recovering" else None)
            device.connects = [ConnectionRefusedError()] * 3
            device.answers = [TimeoutError()] * 3
            for _ in range(3):
                with pytest.raises(DeviceTimeout):
                    device.ask(0.1)
            assert came_back.wait(PATIENCE_S)
            assert device.ask(PATIENCE_S) == "ok"
            assert device.counters["state_recovering"] == 4

    def test_short_request_does_not_wait_for_a_slow_connection(self) -> None:
        with ScriptedDevice(reconnect=QUICK) as device:
            go_on = threading.Event()
            device.on_connect = lambda: go_on.wait(PATIENCE_S) or None
            device.answers = [ConnectionResetError()]
            for _ in range(3):
                with pytest.raises(DeviceLost):
                    device.ask(0.01)
            go_on.set()
            assert device.ask(PATIENCE_S) == "ok"
            assert device.calls.count("connect") == 2

    def test_open_waits_for_the_thread_of_the_session_before(self) -> None:
        device = ScriptedDevice(reconnect=QUICK)
        go_on = threading.Event()
        in_attempt = threading.Event()
        device.open()

        def hang() -> None:
            in_attempt.set()
            go_on.wait(PATIENCE_S)

        device.on_connect = hang
        device.answers = [ConnectionResetError()]
        with pytest.raises(DeviceLost):
            device.ask(0.01)
        assert in_attempt.wait(PATIENCE_S)
        closer = threading.Thread(target=device.close)
        closer.start()
        while device.state.value != "closed":
            closer.join(0.001)
        with pytest.raises(DeviceTimeout) as caught:
            device.open(0.01)
        assert caught.value.code == "AIE-DEV-019"
        go_on.set()
        closer.join(PATIENCE_S)
        with device:
            assert device.ask(PATIENCE_S) == "ok"
        assert threading.active_count() == len([t for t in threading.enumerate() if "recover" not in t.name])


def test_repr_names_device_and_state(device: InCallDevice) -> None:
    assert repr(device) == "<InCallDevice 'test/scripted' up>"
