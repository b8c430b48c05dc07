"""Finds against truth, and what is counted of it."""

from __future__ import annotations

from typing import Any

import pytest

from aiedge.cli.board_score import GROWN_PX, Score, match
from aiedge.line.part import Part, UnknownReason
from aiedge.types import Verdict
from aiedge.vision import Find

DEFECT = {"kind": "short", "x": 100, "y": 50, "w": 20, "h": 10}


@pytest.mark.parametrize(
    ("x", "y", "inside"),
    [
        (110, 55, True),
        (100 - GROWN_PX, 50 - GROWN_PX, True),
        (120 + GROWN_PX, 60 + GROWN_PX, True),
        (100 - GROWN_PX - 0.5, 55, False),
        (110, 60 + GROWN_PX + 0.5, False),
    ],
)
def test_a_find_marks_a_defect_within_its_grown_box(x: float, y: float, inside: bool) -> None:
    find = Find(1, x, y, 0.9)
    result = match([DEFECT], [find])
    assert (len(result.found), len(result.missed)) == ((1, 0) if inside else (0, 1))
    assert result.false == (() if inside else (find,))


def test_two_finds_on_one_defect_are_one_found_and_none_false() -> None:
    result = match([DEFECT], [Find(1, 105, 55, 0.9), Find(0, 115, 55, 0.8)])
    assert len(result.found) == 1
    assert result.false == ()


def part(verdict: Verdict, truth: object, finds: tuple[Find, ...] = ()) -> Part:
    metadata: dict[str, Any] = {} if truth is None else {"truth": truth}
    reason = UnknownReason.DEADLINE if verdict is Verdict.UNKNOWN else None
    return Part(1, 1, 0, 0, metadata=metadata, verdict=verdict, reason=reason, finds=finds)


def test_the_tables() -> None:
    score = Score(("open", "short"))
    score.add(part(Verdict.GOOD, ()))
    score.add(part(Verdict.GOOD, [DEFECT]))
    score.add(part(Verdict.BAD, [DEFECT], (Find(1, 110, 55, 0.9), Find(0, 300, 300, 0.6))))
    score.add(part(Verdict.UNKNOWN, [DEFECT]))
    score.add(part(Verdict.UNKNOWN, None))
    assert score.as_json() == {
        "parts": {
            "good": {"good": 1, "bad": 0, "unknown": 0},
            "bad": {"good": 1, "bad": 1, "unknown": 1},
            "not seen": {"good": 0, "bad": 0, "unknown": 1},
        },
        "defects": {
            "open": {"found": 0, "missed": 0, "false": 1},
            "short": {"found": 1, "missed": 1, "false": 0},
        },
    }
