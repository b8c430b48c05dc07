"""What a person sees of a running line."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from aiedge.cli.live import LiveTable, PlainLines, SilentDisplay, make_display, stats_rows
from aiedge.line.line_stats import LineStats
from aiedge.line.trace import TraceCounters

STATS = LineStats(
    parts=9,
    good=4,
    bad=3,
    unknown=2,
    unknown_by_reason={"deadline": 1, "camera": 1},
    missed_deadlines=1,
    late_verdicts=1,
    under_way=0,
    queue_drops=0,
    stale_frames=0,
    capture_to_gate_p50_s=0.0123,
    capture_to_gate_p99_s=0.0456,
    capture_to_gate_p999_s=0.05,
    capture_to_gate_max_s=0.0567,
    records=TraceCounters(7, 1, 1, 0, 0),
    sent=5,
    camera_state="up",
    plc_state="degraded",
    belt_runs=True,
    stopped_by="",
    broker="lost",
    gate={},
    camera={},
    publisher={},
    elapsed_s=1.0,
)


def test_the_rows_say_it_all() -> None:
    rows = dict(stats_rows(STATS))
    assert rows["parts"] == "9"
    assert rows["unknown"] == "2 (deadline 1, camera 1)"
    assert rows["capture to gate p50 / p99 / max"] == "12.3 / 45.6 / 56.7 ms"
    assert rows["telemetry stored"] == "7 (not stored: 2)"
    assert rows["telemetry sent"] == "5 (broker: lost)"
    assert rows["camera / PLC / belt"] == "up / degraded / runs"


@pytest.mark.parametrize(
    ("stopped_by", "shown"), [("", "stands"), ("heartbeat lost", "stands (heartbeat lost)")]
)
def test_a_belt_that_stands_says_why(stopped_by: str, shown: str) -> None:
    rows = dict(stats_rows(replace(STATS, belt_runs=False, stopped_by=stopped_by)))
    assert rows["camera / PLC / belt"] == f"up / degraded / {shown}"


def test_before_the_first_part_there_is_no_latency() -> None:
    none = replace(STATS, capture_to_gate_p50_s=None, capture_to_gate_p99_s=None, capture_to_gate_max_s=None)
    assert dict(stats_rows(none))["capture to gate p50 / p99 / max"] == "- / - / - ms"


def test_a_terminal_gets_a_table_that_is_drawn_over_itself() -> None:
    screen = io.StringIO()
    with LiveTable("press 7", Console(file=screen, force_terminal=True, width=80)) as display:
        display.update(replace(STATS, parts=1))
        display.finish(STATS)
    shown = screen.getvalue()
    assert "\x1b[" in shown
    assert "press 7" in shown
    assert "12.3 / 45.6 / 56.7 ms" in shown


def test_a_pipe_gets_a_line_now_and_then_and_the_last_one_for_sure() -> None:
    out = io.StringIO()
    with PlainLines("press [7]", Console(file=out, width=40)) as display:
        for elapsed_s in (0.0, 0.5, 1.9, 2.1, 2.2):
            display.update(replace(STATS, elapsed_s=elapsed_s))
        display.finish(replace(STATS, elapsed_s=2.3, parts=10))
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("press [7]: parts 9, good 4, bad 3, unknown 2 (deadline 1, camera 1)")
    assert "parts 10" in lines[-1]


def test_json_leaves_standard_output_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with make_display("x", silent=True) as display:
        assert isinstance(display, SilentDisplay)
        display.update(STATS)
        display.finish(STATS)
    assert capsys.readouterr().out == ""
