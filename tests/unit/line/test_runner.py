"""The line under disturbance: every part ends once, and the gate passes only what was judged good."""

from __future__ import annotations

import sys
import threading
from collections import Counter

import pytest
from unit.line.line_world import PATIENCE_S, FakeCamera, FakeStep, config, world

from aiedge.clock import SYSTEM_CLOCK
from aiedge.errors import DeviceError, LineError
from aiedge.line.gate.parts import Outcome
from aiedge.line.part import Part, UnknownReason
from aiedge.types import Verdict


def test_every_part_gets_its_verdict_its_gate_and_its_record() -> None:
    with world(config()) as w:
        stats = w.run(20)
        assert (stats.parts, stats.good, stats.bad, stats.unknown) == (20, 10, 10, 0)
        assert stats.under_way == 0
        assert stats.capture_to_gate_max_s is not None
        w.assert_gate_obeyed()
        assert len(w.gate_events()) == 20
        assert w.stop_reasons() == []
        records = [metric.value for metric in w.store.metrics]
        assert [r["trigger"] for r in records] == list(range(1, 21))
        assert Counter(r["verdict"] for r in records) == {"good": 10, "bad": 10}
        assert all(r["outcome"] == "delivered" for r in records)


def test_a_model_that_fails_costs_its_part_and_not_the_line() -> None:
    def fail(number: int) -> None:
        if number % 4 == 0:
            raise ValueError("the model is upset")

    with world(config(), step=FakeStep(fail)) as w:
        w.run(20)
        assert w.line.stats().unknown_by_reason == {"inference_error": 5}
        w.assert_gate_obeyed()


def test_a_judge_that_is_too_slow_misses_the_deadline_and_its_verdict_is_dropped() -> None:
    release = threading.Event()

    def hang(number: int) -> None:
        if number == 4:
            release.wait(PATIENCE_S)

    settings = config(deadline_s=0.2, queues={"frames": 100})
    with world(settings, step=FakeStep(hang)) as w:
        w.start(20)
        w.onlooker.wait_for(20)
        release.set()
        stats = w.finish()
        assert stats.missed_deadlines > 0
        assert stats.late_verdicts == 1
        assert set(stats.unknown_by_reason) == {"deadline"}
        w.assert_gate_obeyed()


def test_a_full_queue_makes_its_parts_unknown() -> None:
    release = threading.Event()
    settings = config(queues={"frames": 1})
    with world(settings, step=FakeStep(lambda number: None if number else release.wait(PATIENCE_S))) as w:
        w.start(20)
        # One is with the judge, one waits; the other 18 find the queue full.
        w.onlooker.wait_for(18)
        release.set()
        stats = w.finish()
        assert stats.unknown_by_reason == {"queue_full": 18}
        assert stats.queue_drops == 18
        w.assert_gate_obeyed()


def test_lost_frames_are_unknown() -> None:
    camera = FakeCamera(lambda number: "lost" if number in (3, 8) else None)
    with world(config(), camera=camera) as w:
        w.run(10)
        assert w.line.stats().unknown_by_reason == {"frame_lost": 2}
        w.assert_gate_obeyed()


def test_a_camera_that_is_unplugged_makes_parts_unknown_and_comes_back() -> None:
    camera = FakeCamera(lambda number: "unplug" if number == 2 else None)
    with world(config(), camera=camera) as w:
        w.distance_s = 0.1
        w.start(12)
        w.onlooker.wait_for(5)
        assert "camera" in w.onlooker.reasons()
        camera.plugged = True
        w.finish()
        assert w.onlooker.parts[-1].verdict is not Verdict.UNKNOWN
        assert camera.counters["state_lost"] >= 1
        w.assert_gate_obeyed()


def test_a_stop_makes_what_is_under_way_unknown_and_ends_in_good_order() -> None:
    release = threading.Event()
    entered = threading.Event()

    def hang(number: int) -> None:
        if number == 5:
            entered.set()
            release.wait(PATIENCE_S)

    with world(config(queues={"frames": 100}), step=FakeStep(hang)) as w:
        w.start(None)
        assert entered.wait(PATIENCE_S)
        w.line.request_stop()
        assert w.line.wait(0)
        releaser = threading.Timer(0.3, release.set)
        releaser.start()
        stats = w.line.finish()
        releaser.join()
        assert stats.under_way == 0
        assert stats.unknown_by_reason.keys() <= {"restart", "plc"}
        assert stats.unknown_by_reason["restart"] >= 1
        assert w.stop_reasons() == []
        assert [e.kind for e in w.plc.gate_log if e.kind in ("run_out", "armed")] == [
            "armed",
            "run_out",
            "armed",
        ]
        w.assert_gate_obeyed()


def test_a_thread_that_dies_ends_the_heartbeat_and_the_line_says_why() -> None:
    def die(number: int) -> None:
        if number == 3:
            raise RuntimeError("a driver's bug")

    with world(config(), plc_options={"heartbeat_timeout_s": 0.3}, camera=FakeCamera(die)) as w:
        w.start(None)
        assert w.line.wait(PATIENCE_S)
        while not w.stop_reasons():
            SYSTEM_CLOCK.sleep(0.01)
        with pytest.raises(LineError, match=r"AIE-LIN-005.*acquire.*a driver's bug"):
            w.line.finish()
        assert w.stop_reasons() == ["heartbeat"]
        w.assert_gate_obeyed()
        assert w.line.stats().under_way == 0


def test_a_judge_that_stands_still_ends_the_heartbeat() -> None:
    release = threading.Event()
    settings = config(watchdog_s=0.2, deadline_s=0.1)
    options = {"heartbeat_timeout_s": 0.3}
    with world(settings, plc_options=options, step=FakeStep(lambda number: release.wait(PATIENCE_S))) as w:
        w.start(None)
        while not w.stop_reasons():
            SYSTEM_CLOCK.sleep(0.01)
        release.set()
        assert w.stop_reasons()[0] == "heartbeat"
        w.line.request_stop()
        w.line.finish()
        w.assert_gate_obeyed()
        assert not any(event.passed for event in w.gate_events())


def test_a_stalled_disk_does_not_hold_up_the_line() -> None:
    with world(config()) as w:
        w.store.open.clear()
        w.start(20)
        w.onlooker.wait_for(20)
        assert w.store.asked.is_set()
        assert w.store.metrics == []
        assert w.line.stats().records.waiting > 0
        w.store.open.set()
        stats = w.finish()
        assert stats.unknown == 0
        assert stats.records.stored == len(w.store.metrics) == 20


def test_records_that_find_their_queue_full_are_counted() -> None:
    with world(config(queues={"records": 2})) as w:
        w.store.open.clear()
        w.start(20)
        w.onlooker.wait_for(20)
        w.store.open.set()
        records = w.finish().records
        assert records.dropped > 0
        assert records.dropped + records.stored == 20


def test_parts_that_the_host_did_not_see_are_unknown_with_their_number() -> None:
    faults = [{"kind": "burst", "part": 5}, {"kind": "burst", "part": 6}]
    options = {"part_period_s": 0.2, "parts": 12, "faults": faults}
    with world(config(), plc_options=options) as w:
        w.line.start(12)
        assert w.line.wait(PATIENCE_S)
        w.line.finish()
        missed = [part for part in w.onlooker.parts if part.outcome is Outcome.OVERRUN]
        assert [part.trigger for part in missed] == [5, 6]
        assert all(part.reason is UnknownReason.PLC for part in missed)
        w.assert_gate_obeyed()
        assert len(w.gate_events()) == 12


def test_pulse_counts_lost_frames_so_that_no_verdict_shifts() -> None:
    camera = FakeCamera(lambda number: "lost" if number in (2, 3, 6) else None)
    settings = config("pulse", queues={"frames": 100})
    with world(settings, camera=camera) as w:
        w.line.start(12)
        for _ in range(12):
            camera.expose()
            SYSTEM_CLOCK.sleep(0.02)
        assert w.line.wait(PATIENCE_S)
        w.line.finish()
        numbers = [part.metadata.get("number") for part in w.onlooker.parts]
        assert numbers == [0, 1, None, None, 4, 5, None, 7, 8, 9, 10, 11]
        assert [part.part_id for part in w.onlooker.parts] == list(range(1, 13))
        passed = [event.trigger - 1 for event in w.gate_events() if event.passed]
        assert passed == [0, 4, 8, 10]


def test_pulse_stops_when_the_camera_counts_anew() -> None:
    camera = FakeCamera()
    with world(config("pulse"), camera=camera) as w:
        w.line.start(None)
        for _ in range(4):
            camera.expose()
            SYSTEM_CLOCK.sleep(0.02)
        w.onlooker.wait_for(4)
        camera.recount()
        while camera.state.usable:
            SYSTEM_CLOCK.sleep(0.01)
        camera.plugged = True
        camera.expose()
        assert w.line.wait(PATIENCE_S)
        with pytest.raises(LineError, match="AIE-LIN-003"):
            w.line.finish()


@pytest.mark.parametrize("mode", ["handshake", "pulse"])
def test_a_gate_that_dies_ends_the_line(mode: str) -> None:
    def break_gate(part: Part) -> None:
        raise RuntimeError("an observer's bug in the gate's thread")

    with world(config(mode)) as w:
        w.onlooker.finished = break_gate  # type: ignore[method-assign]
        w.line.start(None)
        w.camera.expose()
        w.plc.feed()
        assert w.line.wait(PATIENCE_S)
        w.onlooker.finished = lambda part: None  # type: ignore[method-assign]
        with pytest.raises(LineError, match="AIE-LIN-107"):
            w.line.finish()
        assert w.line.stats().under_way == 0


def test_a_dead_plc_at_the_start_leaves_nothing_running() -> None:
    before = sys.getswitchinterval()
    with world(config(stop_timeout_s=0.3)) as w:
        w.plc.cut_link()
        with pytest.raises(DeviceError) as caught:
            w.line.start(5)
        assert caught.value.exit_code == 3
        assert sys.getswitchinterval() == before
        names = {thread.name for thread in threading.enumerate()}
        assert not names & {"acquire", "judge", "deadlines", "gate"}


def test_the_switch_interval_is_put_back() -> None:
    before = sys.getswitchinterval()
    with world(config()) as w:
        w.start(20)
        assert sys.getswitchinterval() < before
        w.finish()
        assert sys.getswitchinterval() == pytest.approx(before)
