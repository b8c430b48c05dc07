"""Run an open line to its end, with somebody looking on and signals obeyed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from aiedge.cli.live import Display
from aiedge.line.line_stats import LineStats
from aiedge.line.runner import Line

_REFRESH_S = 0.25


def drive(line: Line, display: Display, parts: int | None) -> LineStats:
    """Start the line, show how it goes on, and finish it: after ``parts`` parts, or at SIGINT or SIGTERM.

    A second signal does what it does without us. Raises what the line raises.
    """
    with _noticed_signals() as signals:
        line.start(parts)
        while not line.wait(_REFRESH_S):
            if signals:
                line.request_stop()
            display.update(line.stats())
        stats = line.finish()
        display.finish(stats)
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
