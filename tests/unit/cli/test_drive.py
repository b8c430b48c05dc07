"""Driving a line to its end: signals, and a belt that does not move."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from unit.cli.test_live import STATS

from aiedge.cli.drive import drive
from aiedge.cli.live import SilentDisplay
from aiedge.errors import LineError
from aiedge.line.line_stats import LineStats


class FakeLine:
    """A line whose snapshots a test wrote down; it is over when it was stopped, or after the last snapshot."""

    def __init__(
        self, snapshots: list[LineStats], on_wait: Callable[[int], None] = lambda call: None
    ) -> None:
        self._snapshots = snapshots
        self._on_wait = on_wait
        self._calls = 0
        self.stopped = False
        self.finished = False

    def start(self, parts: int | None) -> None:
        pass

    def wait(self, timeout_s: float) -> bool:
        self._on_wait(self._calls)
        self._calls += 1
        return self.stopped or self._calls > len(self._snapshots)

    def stats(self) -> LineStats:
        return self._snapshots[self._calls - 1]

    def request_stop(self) -> None:
        self.stopped = True

    def finish(self) -> LineStats:
        self.finished = True
        return self._snapshots[-1]


def snapshots(*belt_runs: bool) -> list[LineStats]:
    return [replace(STATS, elapsed_s=float(n), belt_runs=runs) for n, runs in enumerate(belt_runs)]


def run(line: FakeLine, **options: Any) -> LineStats:
    return drive(cast("Any", line), SilentDisplay(), None, **options)


def test_a_belt_that_stands_still_for_too_long_ends_the_line() -> None:
    line = FakeLine(
        [
            replace(stats, stopped_by="" if stats.belt_runs else "heartbeat lost")
            for stats in snapshots(True, True, False, False, False, False, False)
        ]
    )
    with pytest.raises(LineError, match=r"AIE-LIN-007.*heartbeat lost"):
        run(line, patience_s=3.0)
    assert line.stopped
    assert line.finished


def test_a_belt_that_stands_now_and_then_does_not() -> None:
    line = FakeLine(snapshots(False, False, True, False, False, True, False, False))
    assert run(line, patience_s=3.0).elapsed_s == 7.0
    assert not line.stopped


def test_without_a_limit_the_line_waits_for_the_operator() -> None:
    line = FakeLine(snapshots(*[False] * 50))
    run(line)
    assert not line.stopped


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_line_and_the_handlers_are_put_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    line = FakeLine(snapshots(*[True] * 50), lambda call: os.kill(os.getpid(), number) if call == 3 else None)
    run(line)
    assert line.stopped
    assert line.finished
    assert signal.getsignal(number) is before
