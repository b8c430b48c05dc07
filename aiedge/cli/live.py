"""How a running line is shown: a live table in a terminal, plain lines in a file, nothing beside JSON."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from aiedge.line.line_stats import LineStats

_PLAIN_EVERY_S = 2.0


class Display(Protocol):
    """Something that shows snapshots, between entering and leaving it."""

    def update(self, stats: LineStats) -> None:
        """Show a snapshot, if it is time to."""

    def finish(self, stats: LineStats) -> None:
        """Show the last one."""

    def __enter__(self) -> Display: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def make_display(title: str, *, silent: bool) -> Display:
    """The display that fits standard output; one that shows nothing when ``silent``."""
    if silent:
        return SilentDisplay()
    console = Console()
    return LiveTable(title, console) if console.is_terminal else PlainLines(title, console)


class SilentDisplay:
    """Shows nothing: standard output belongs to the JSON document."""

    def update(self, stats: LineStats) -> None:
        """See :class:`Display`."""

    def finish(self, stats: LineStats) -> None:
        """See :class:`Display`."""

    def __enter__(self) -> SilentDisplay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put back."""


class LiveTable:
    """A table that is drawn over itself."""

    def __init__(self, title: str, console: Console) -> None:
        self._title = title
        self._live = Live(console=console, refresh_per_second=4, transient=False)

    def update(self, stats: LineStats) -> None:
        """See :class:`Display`."""
        self._live.update(stats_table(self._title, stats))

    def finish(self, stats: LineStats) -> None:
        """See :class:`Display`."""
        self._live.update(stats_table(self._title, stats), refresh=True)

    def __enter__(self) -> LiveTable:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)


class PlainLines:
    """One line now and then, for logs and pipes."""

    def __init__(self, title: str, console: Console) -> None:
        self._title = title
        self._console = console
        self._next_s = 0.0

    def update(self, stats: LineStats) -> None:
        """See :class:`Display`."""
        if stats.elapsed_s >= self._next_s:
            self._next_s = stats.elapsed_s + _PLAIN_EVERY_S
            self.finish(stats)

    def finish(self, stats: LineStats) -> None:
        """See :class:`Display`."""
        cells = ", ".join(f"{name} {value}" for name, value in stats_rows(stats))
        self._console.print(f"{self._title}: {cells}", soft_wrap=True, highlight=False, markup=False)

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put back."""


def stats_table(title: str, stats: LineStats) -> Table:
    """The snapshot as a table of names and values."""
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    table.add_column("what")
    table.add_column("value", justify="right", min_width=28)
    for name, value in stats_rows(stats):
        table.add_row(name, value)
    return table


def stats_rows(stats: LineStats) -> list[tuple[str, str]]:
    """Name and value of everything that a person at the line wants to see."""
    reasons = ", ".join(f"{reason} {count}" for reason, count in stats.unknown_by_reason.items())
    records = stats.records
    kept_back = records.dropped + records.refused + records.unconfirmed
    return [
        ("parts", str(stats.parts)),
        ("good", str(stats.good)),
        ("bad", str(stats.bad)),
        ("unknown", f"{stats.unknown} ({reasons})" if reasons else str(stats.unknown)),
        ("missed deadlines", str(stats.missed_deadlines)),
        ("capture to gate p50 / p99 / max", _latency(stats)),
        (
            "telemetry stored",
            f"{records.stored} (not stored: {kept_back})" if kept_back else str(records.stored),
        ),
        ("telemetry sent", f"{stats.sent} (broker: {stats.broker})"),
        (
            "camera / PLC / belt",
            f"{stats.camera_state} / {stats.plc_state} / {_belt(stats)}",
        ),
    ]


def _belt(stats: LineStats) -> str:
    if stats.belt_runs:
        return "runs"
    return f"stands ({stats.stopped_by})" if stats.stopped_by else "stands"


def _latency(stats: LineStats) -> str:
    values_s = (stats.capture_to_gate_p50_s, stats.capture_to_gate_p99_s, stats.capture_to_gate_max_s)
    return " / ".join("-" if value_s is None else f"{value_s * 1e3:.1f}" for value_s in values_s) + " ms"
