"""Run an open line to its end, with somebody looking on and signals obeyed."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from aiedge.cli.live import Display
from aiedge.cli.standard_output import ReaderGone
from aiedge.errors import LineError, OutputError
from aiedge.line.line_stats import LineStats
from aiedge.line.runner import Line

_REFRESH_S = 0.25


def drive(line: Line, display: Display, parts: int | None, *, patience_s: float = math.inf) -> LineStats:
    """Start the line, show how it goes on, and finish it: after ``parts`` parts, or at SIGINT or SIGTERM.

    A second signal does what it does without us. Raises what the line raises, and a :class:`LineError` when the belt
    has stood still for ``patience_s``.
    """
    moved_s, stuck, stopped_by = 0.0, False, ""
    with _noticed_signals() as signals:
        line.start(parts)
        while not line.wait(_REFRESH_S):
            if signals:
                line.request_stop()
            stats = line.stats()
            try:
                display.update(stats)
            except (ReaderGone, OutputError):
                # Nobody reads on (`| head`), or the disk of the log is full: the parts under way end in good order.
                line.request_stop()
                line.finish()
                raise
            moved_s = stats.elapsed_s if stats.belt_runs else moved_s
            if stats.elapsed_s - moved_s > patience_s:
                stuck, stopped_by = True, stats.stopped_by or "no reason given"
                line.request_stop()
        stats = line.finish()
        display.finish(stats)
        if stuck:
            raise LineError("AIE-LIN-007", patience_s=patience_s, reason=stopped_by)
        return stats


@contextmanager
def _noticed_signals() -> Iterator[list[int]]:
    noticed: list[int] = []
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def notice(number: int, frame: FrameType | None) -> None:
        del frame
        noticed.append(number)
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, notice)
    try:
        yield noticed
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
