"""Looks on while the demo's line runs: keeps a few pictures, keeps the score, and checks the gate afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiedge.cli.board_score import Score, match
from aiedge.cli.contact_sheet import Tile
from aiedge.devices.plc import Plc
from aiedge.line.inspect_step import Judgement
from aiedge.line.part import Part
from aiedge.types import Frame, Verdict

# What the sheet shows: the model's errors first, then bad boards, and some good ones.
_MOST = {"error": 4, "bad": 9, "good": 3}
_ON_SHEET = 12


class DemoWatch:
    """An observer of a :class:`~aiedge.line.runner.Line`; ``labels`` are the model's."""

    def __init__(self) -> None:
        self.score = Score(())
        self.passed = 0
        self.rejected = 0
        self._verdicts: dict[int, Verdict] = {}
        self._kept: dict[str, list[Tile]] = {group: [] for group in _MOST}

    @property
    def labels(self) -> Sequence[str]:
        """The names of the kinds of finds."""
        return self.score.labels

    @labels.setter
    def labels(self, labels: Sequence[str]) -> None:
        self.score.labels = labels

    def judged(self, part: Part, frame: Frame, judgement: Judgement) -> None:
        """See :class:`~aiedge.line.runner.Observer`."""
        truth = frame.metadata.get("truth", ())
        result = match(truth, judgement.finds)
        wrong = bool(result.missed or result.false)
        group = "error" if wrong else "bad" if truth else "good"
        if len(self._kept[group]) < _MOST[group]:
            self._kept[group].append(Tile(frame, part))

    def finished(self, part: Part) -> None:
        """See :class:`~aiedge.line.runner.Observer`."""
        self.score.add(part)
        if part.trigger is not None and part.verdict is not None:
            self._verdicts[part.trigger] = part.verdict

    def tiles(self) -> list[Tile]:
        """The boards for the contact sheet, in the order of their parts."""
        good = self._kept["good"]
        room = _ON_SHEET - len(good[:2])
        chosen = (self._kept["error"] + self._kept["bad"])[:room] + good
        return sorted(chosen[:_ON_SHEET], key=lambda tile: tile.part.number)

    def gate_faults(self, plc: Plc) -> list[str]:
        """Compare the simulated PLC's own log with the verdicts: what the gate did that it should not have."""
        log: list[Any] = plc.gate_log  # type: ignore[attr-defined]  # only the simulated PLC has one
        faults = []
        ended: set[int] = set()
        for event in log:
            if event.kind != "gate":
                continue
            ended.add(event.trigger)
            self.passed += event.passed
            self.rejected += not event.passed
            verdict = self._verdicts.get(event.trigger)
            if verdict is None:
                faults.append(f"part {event.part_id} went through the gate, but the line never heard of it")
            elif event.passed is not verdict.passes:
                done = "passed" if event.passed else "was rejected"
                faults.append(f"part {event.part_id} {done}, but was judged {verdict.value}")
        missing = len(self._verdicts.keys() - ended)
        if missing:
            faults.append(f"{missing} judged parts never reached the gate")
        return faults
