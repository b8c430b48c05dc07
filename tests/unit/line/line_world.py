"""A line with a simulated PLC, a camera and a judge that a test disturbs, and somebody who looks on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, cast

import numpy as np

from aiedge.api import open_device
from aiedge.clock import SYSTEM_CLOCK
from aiedge.devices.camera import Camera
from aiedge.devices.plc import Plc
from aiedge.errors import DeviceLost
from aiedge.line.config import LineConfig
from aiedge.line.inspect_step import Judgement
from aiedge.line.line_stats import LineStats
from aiedge.line.part import Part
from aiedge.line.runner import Line
from aiedge.line.trace import Trace
from aiedge.telemetry.metric import Metric
from aiedge.types import Frame, Timestamp, Verdict

PATIENCE_S = 60.0


class FakeCamera(Camera):
    """A picture for each software trigger, or whenever :meth:`expose` is called; picture n is good when n is even.

    ``on_picture(number)`` may return ``"lost"`` (the number is used up), ``"none"`` (the camera saw no trigger) or
    ``"unplug"``, or raise.
    """

    driver = "test/fake-camera"
    _RECOVERS_IN_CALL = True

    def __init__(self, on_picture: Callable[[int], str | None] = lambda number: None) -> None:
        super().__init__(name="camera")
        self._on_picture = on_picture
        self._frames: SimpleQueue[Frame] = SimpleQueue()
        self._number = 0
        self.plugged = True

    def expose(self) -> None:
        """A picture, as an outer signal would trigger it."""
        number = self._number
        done = self._on_picture(number)
        if done == "unplug":
            self.plugged = False
        if done != "none":
            self._number += 1
        if done is None:
            image = np.zeros((4, 4), np.uint8)
            truth = () if number % 2 == 0 else ({"kind": "short", "x": 0, "y": 0, "w": 1, "h": 1},)
            metadata = {"number": number, "truth": truth}
            self._frames.put(Frame(image, Timestamp.arrival(SYSTEM_CLOCK), number, None, metadata))

    def recount(self) -> None:
        """The camera was lost and begins with number 0."""
        self._number = 0
        self.plugged = False

    def _connect(self, timeout_s: float) -> None:
        if not self.plugged:
            raise DeviceLost("AIE-DEV-009", where=self.name, reason="unplugged")

    def _disconnect(self) -> None:
        pass

    def _flush(self) -> None:
        pass

    def _trigger(self, timeout_s: float) -> None:
        self._connect(timeout_s)
        self.expose()

    def _grab(self, timeout_s: float) -> Frame:
        self._connect(timeout_s)
        try:
            return self._frames.get(timeout=timeout_s)
        except Empty:
            raise TimeoutError from None


class FakeStep:
    """The truth as the verdict; ``on_frame(number)`` may raise, sleep or wait first."""

    labels = ("open", "short")

    def __init__(self, on_frame: Callable[[int], None] = lambda number: None) -> None:
        self._on_frame = on_frame

    def __call__(self, frame: Frame) -> Judgement:
        self._on_frame(frame.metadata["number"])
        return Judgement(Verdict.BAD if frame.metadata["truth"] else Verdict.GOOD)


class FakeStore:
    """Keeps what is published, once ``open`` is set: until then the disk stalls."""

    def __init__(self) -> None:
        self.metrics: list[Metric] = []
        self.open = threading.Event()
        self.open.set()
        self.asked = threading.Event()

    def publish(self, metrics: Sequence[Metric], *, timeout_s: float = 5.0) -> tuple[()]:
        self.asked.set()
        assert self.open.wait(PATIENCE_S)
        self.metrics.extend(metrics)
        return ()


class Onlooker:
    """Keeps the finished parts."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._changed = threading.Condition()

    def judged(self, part: Part, frame: Frame, judgement: Judgement) -> None:
        pass

    def finished(self, part: Part) -> None:
        with self._changed:
            self.parts.append(part)
            self._changed.notify_all()

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.parts) >= count, PATIENCE_S)

    def reasons(self) -> list[str | None]:
        return [None if p.reason is None else p.reason.value for p in self.parts]


def config(mode: str = "handshake", **changes: Any) -> LineConfig:
    """A line's configuration; the drivers in it are not used."""
    software = {"trigger": "software"} if mode == "handshake" else {}
    return LineConfig.model_validate(
        {
            "camera": {"driver": "camera/none", **software},
            "model": {"path": "none.aie"},
            "plc": {"driver": "plc/none"},
            "gate": {"mode": mode},
            "telemetry": {"store": "none.db"},
            "deadline_s": 5.0,
            "frame_timeout_s": 0.05,
            "watchdog_s": 5.0,
            **changes,
        }
    )


class World:
    """What a test holds in its hands."""

    def __init__(
        self, line: Line, camera: FakeCamera, plc: Any, store: FakeStore, onlooker: Onlooker
    ) -> None:
        self.line = line
        self.camera = camera
        self.plc = plc
        self.store = store
        self.onlooker = onlooker
        self.distance_s = 0.01
        self.fed_up = threading.Event()

    def start(self, parts: int | None) -> None:
        """Start the line; parts come one after the other, each when the host has seen the one before."""
        self.line.start(parts)
        self._feeder = threading.Thread(target=self._feed, daemon=True)
        self._feeder.start()

    def finish(self) -> LineStats:
        """Wait until the line is over, and finish it."""
        assert self.line.wait(PATIENCE_S)
        self.fed_up.set()
        self._feeder.join()
        return self.line.finish()

    def run(self, parts: int) -> LineStats:
        """Start, wait for the end, finish."""
        self.start(parts)
        return self.finish()

    def _feed(self) -> None:
        fed = 0
        while not self.fed_up.wait(self.distance_s) and not self.line.wait(0):
            if self.line.stats().gate["triggers"] >= fed:
                self.plc.feed()
                fed += 1

    def gate_events(self) -> list[Any]:
        """The ends of parts in the PLC's own log."""
        return [event for event in self.plc.gate_log if event.kind == "gate"]

    def stop_reasons(self) -> list[str]:
        """Why the PLC stopped the line, each time."""
        return [event.reason for event in self.plc.gate_log if event.kind == "stopped"]

    def assert_gate_obeyed(self) -> None:
        """The PLC passed the parts that ended as good and no others, and those were good boards.

        When it stops the line it rejects what is on the belt, the good ones too.
        """
        by_trigger = {part.trigger: part for part in self.onlooker.parts}
        assert len(by_trigger) == len(self.onlooker.parts)
        for event in self.gate_events():
            part = by_trigger[event.trigger]
            expected = part.verdict is Verdict.GOOD and event.reason != "stopped"
            assert event.passed is expected, (event, part)
            assert not event.passed or part.metadata["truth"] == ()


@contextmanager
def world(
    settings: LineConfig,
    *,
    plc_options: dict[str, Any] | None = None,
    camera: FakeCamera | None = None,
    step: FakeStep | None = None,
) -> Iterator[World]:
    """Everything open, the line not started."""
    options = {"mode": settings.gate.mode, "part_period_s": 0.0, "travel_s": 0.5, **(plc_options or {})}
    camera = camera or FakeCamera()
    store, onlooker = FakeStore(), Onlooker()
    with camera, open_device("plc/sim", **options) as plc:
        trace = Trace(cast("Any", store), "test", FakeStep.labels, settings.queues.records, SYSTEM_CLOCK)
        line = Line(
            settings,
            camera,
            cast("Plc", plc),
            step or FakeStep(),
            trace,
            publisher=None,
            clock=SYSTEM_CLOCK,
            observer=onlooker,
        )
        yield World(line, camera, plc, store, onlooker)
