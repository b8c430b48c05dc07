"""Every part from its trigger or frame to its settlement: exactly one verdict each, and none is forgotten."""

from __future__ import annotations

import threading

from aiedge.line.gate.parts import Outcome
from aiedge.line.part import Part, UnknownReason
from aiedge.types import Verdict
from aiedge.vision import Find


class PartTracker:
    """The parts that are under way. Thread-safe; no method blocks for longer than a look through the table.

    The first verdict of a part is its only one: whoever comes later (the judge after the deadline, the
    deadline after the judge) is told so by False and counted in ``late_verdicts``. At most ``capacity`` parts
    are under way.
    """

    def __init__(self, capacity: int) -> None:
        if capacity < 1:
            raise ValueError(f"capacity must be at least 1, is {capacity}")
        self._capacity = capacity
        self._lock = threading.Lock()
        self._parts: dict[int, Part] = {}
        self._late_verdicts = 0

    def __len__(self) -> int:
        return len(self._parts)

    @property
    def late_verdicts(self) -> int:
        """Verdicts that came after the part's deadline, or after it had another; none of them took effect."""
        return self._late_verdicts

    def open(self, part: Part) -> bool:
        """Take in a new part; False when the table is full or a part of its number is under way."""
        with self._lock:
            if len(self._parts) >= self._capacity or part.number in self._parts:
                return False
            self._parts[part.number] = part
            return True

    def decide(
        self,
        part: Part,
        verdict: Verdict,
        now_ns: int,
        reason: UnknownReason | None = None,
        finds: tuple[Find, ...] = (),
    ) -> bool:
        """Give a part its verdict; False (and counted) when it has one already: then nothing changes.

        ``reason`` is given exactly when the verdict is unknown. At or after its deadline a part becomes
        unknown for the deadline, whatever the judge found.
        """
        if (reason is None) is (verdict is Verdict.UNKNOWN):
            raise ValueError(f"a part that is {verdict.value} has the reason {reason}")
        with self._lock:
            if part.verdict is not None:
                self._late_verdicts += 1
                return False
            if verdict is not Verdict.UNKNOWN and now_ns >= part.deadline_ns:
                self._late_verdicts += 1
                verdict, reason, finds = Verdict.UNKNOWN, UnknownReason.DEADLINE, ()
            _set(part, verdict, now_ns, reason, finds)
            return True

    def expire(self, now_ns: int) -> list[Part]:
        """The parts whose deadline has come without a verdict, oldest first; they are unknown from now on."""
        with self._lock:
            late = [p for p in self._parts.values() if p.verdict is None and now_ns >= p.deadline_ns]
            for part in late:
                _set(part, Verdict.UNKNOWN, now_ns, UnknownReason.DEADLINE)
            return late

    def abandon(self, reason: UnknownReason, now_ns: int) -> list[Part]:
        """Every part without a verdict becomes unknown for ``reason``; gives them, oldest first."""
        with self._lock:
            undecided = [p for p in self._parts.values() if p.verdict is None]
            for part in undecided:
                _set(part, Verdict.UNKNOWN, now_ns, reason)
            return undecided

    def next_deadline_ns(self) -> int | None:
        """The earliest deadline of a part without a verdict; None when there is no such part."""
        with self._lock:
            return min((p.deadline_ns for p in self._parts.values() if p.verdict is None), default=None)

    def settle(self, number: int, settled_ns: int, outcome: Outcome) -> Part | None:
        """The gate has dealt with a part: it leaves the table. None when it is not under way.

        The PLC rejects on its own what has no verdict, or has a good one that reached it too late: such a
        part ends as unknown (``plc``).
        """
        with self._lock:
            part = self._parts.pop(number, None)
            if part is not None:
                _close(part, settled_ns, outcome)
            return part

    def forget(self, decided_before_ns: int, now_ns: int) -> list[Part]:
        """Close and give the parts that were decided before an instant and were never settled."""
        with self._lock:
            stuck = [
                p
                for p in self._parts.values()
                if p.decided_ns is not None and p.decided_ns < decided_before_ns
            ]
            for part in stuck:
                del self._parts[part.number]
                _close(part, now_ns, Outcome.PLC_LOST)
            return stuck

    def under_way(self) -> list[Part]:
        """The parts in the table, in the order of their opening."""
        with self._lock:
            return list(self._parts.values())


def _set(
    part: Part, verdict: Verdict, now_ns: int, reason: UnknownReason | None, finds: tuple[Find, ...] = ()
) -> None:
    part.verdict, part.reason, part.finds, part.decided_ns = verdict, reason, finds, now_ns


def _close(part: Part, now_ns: int, outcome: Outcome) -> None:
    undelivered_good = part.verdict is Verdict.GOOD and outcome is not Outcome.DELIVERED
    if part.verdict is None or undelivered_good:
        _set(part, Verdict.UNKNOWN, part.decided_ns or now_ns, UnknownReason.PLC, part.finds)
    part.settled_ns, part.outcome = now_ns, outcome
