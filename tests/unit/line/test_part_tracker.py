"""Exactly one verdict a part, whatever comes in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from aiedge.line.gate.parts import Outcome
from aiedge.line.part import Part, UnknownReason
from aiedge.line.part_tracker import PartTracker
from aiedge.types import Verdict


def new_part(number: int, captured_ns: int = 0, deadline_ns: int = 100) -> Part:
    return Part(number, number, captured_ns, deadline_ns)


def test_the_first_verdict_counts() -> None:
    tracker = PartTracker(4)
    part = new_part(1)
    assert tracker.open(part)
    assert tracker.decide(part, Verdict.BAD, 10)
    assert not tracker.decide(part, Verdict.GOOD, 11)
    assert part.verdict is Verdict.BAD
    assert tracker.late_verdicts == 1


def test_a_good_verdict_at_the_deadline_is_late() -> None:
    tracker = PartTracker(4)
    part = new_part(1, deadline_ns=100)
    tracker.open(part)
    assert tracker.decide(part, Verdict.GOOD, 100)
    assert (part.verdict, part.reason) == (Verdict.UNKNOWN, UnknownReason.DEADLINE)
    assert tracker.late_verdicts == 1


def test_an_expired_part_stays_unknown() -> None:
    tracker = PartTracker(4)
    first, second = new_part(1, deadline_ns=100), new_part(2, deadline_ns=200)
    tracker.open(first)
    tracker.open(second)
    assert tracker.next_deadline_ns() == 100
    assert tracker.expire(99) == []
    assert tracker.expire(100) == [first]
    assert tracker.expire(100) == []
    assert tracker.next_deadline_ns() == 200
    assert not tracker.decide(first, Verdict.GOOD, 101)
    assert first.verdict is Verdict.UNKNOWN


def test_the_reason_belongs_to_unknown_and_to_nothing_else() -> None:
    tracker = PartTracker(4)
    with pytest.raises(ValueError, match="good"):
        tracker.decide(new_part(1), Verdict.GOOD, 0, UnknownReason.CAMERA)
    with pytest.raises(ValueError, match="unknown"):
        tracker.decide(new_part(1), Verdict.UNKNOWN, 0)


def test_the_table_is_bounded_and_a_number_is_under_way_once() -> None:
    tracker = PartTracker(2)
    assert tracker.open(new_part(1))
    assert not tracker.open(new_part(1))
    assert tracker.open(new_part(2))
    assert not tracker.open(new_part(3))
    tracker.settle(1, 5, Outcome.SKIPPED)
    assert tracker.open(new_part(3))


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.DELIVERED])
def test_a_good_that_did_not_reach_the_gate_is_not_good(outcome: Outcome) -> None:
    tracker = PartTracker(1)
    part = new_part(1)
    tracker.open(part)
    tracker.decide(part, Verdict.GOOD, 5)
    assert tracker.settle(1, 9, outcome) is part
    assert (part.verdict, part.reason, part.outcome) == (Verdict.UNKNOWN, UnknownReason.PLC, outcome)


def test_what_is_bad_stays_bad_and_what_has_no_verdict_is_the_plc_s() -> None:
    tracker = PartTracker(2)
    bad, none = new_part(1), new_part(2)
    tracker.open(bad)
    tracker.open(none)
    tracker.decide(bad, Verdict.BAD, 5)
    tracker.settle(1, 9, Outcome.LATE)
    tracker.settle(2, 9, Outcome.SKIPPED)
    assert (bad.verdict, bad.reason) == (Verdict.BAD, None)
    assert (none.verdict, none.reason) == (Verdict.UNKNOWN, UnknownReason.PLC)
    assert tracker.settle(2, 10, Outcome.SKIPPED) is None


def test_what_the_gate_never_settled_is_forgotten_with_its_end_recorded() -> None:
    tracker = PartTracker(3)
    parts = [new_part(n) for n in (1, 2, 3)]
    for part in parts:
        tracker.open(part)
    tracker.decide(parts[0], Verdict.GOOD, 10)
    tracker.decide(parts[1], Verdict.GOOD, 20)
    assert tracker.forget(decided_before_ns=15, now_ns=50) == [parts[0]]
    assert parts[0].outcome is Outcome.PLC_LOST
    assert parts[0].verdict is Verdict.UNKNOWN
    assert len(tracker) == 2


class TrackerMachine(RuleBasedStateMachine):
    """Any order of events; the model is: first verdict wins, nothing is lost, nothing comes twice."""

    CAPACITY = 5

    def __init__(self) -> None:
        super().__init__()
        self.tracker = PartTracker(self.CAPACITY)
        self.now_ns = 0
        self.opened: list[Part] = []
        self.verdicts: dict[int, tuple[Verdict, UnknownReason | None]] = {}
        self.settled: list[int] = []

    def _pick(self, index: int) -> Part | None:
        return self.opened[index % len(self.opened)] if self.opened else None

    def _decided(self, part: Part) -> None:
        assert part.number not in self.verdicts
        assert part.verdict is not None
        self.verdicts[part.number] = (part.verdict, part.reason)

    @rule(ahead_ns=st.integers(1, 30))
    def open(self, ahead_ns: int) -> None:
        part = new_part(len(self.opened), self.now_ns, self.now_ns + ahead_ns)
        under_way = len(self.opened) - len(self.settled)
        if self.tracker.open(part):
            self.opened.append(part)
            assert under_way < self.CAPACITY
        else:
            assert under_way == self.CAPACITY

    @rule(index=st.integers(0, 50), verdict=st.sampled_from([Verdict.GOOD, Verdict.BAD]))
    def judge(self, index: int, verdict: Verdict) -> None:
        part = self._pick(index)
        if part is None:
            return
        first = self.tracker.decide(part, verdict, self.now_ns)
        assert first is (part.number not in self.verdicts)
        if first:
            late = self.now_ns >= part.deadline_ns
            assert part.verdict is (Verdict.UNKNOWN if late else verdict)
            self._decided(part)

    @rule(step_ns=st.integers(0, 40))
    def time_passes(self, step_ns: int) -> None:
        self.now_ns += step_ns
        for part in self.tracker.expire(self.now_ns):
            assert part.deadline_ns <= self.now_ns
            self._decided(part)

    @rule()
    def abandon(self) -> None:
        for part in self.tracker.abandon(UnknownReason.RESTART, self.now_ns):
            self._decided(part)
        assert all(p.verdict is not None for p in self.tracker.under_way())

    @rule(index=st.integers(0, 50), outcome=st.sampled_from(list(Outcome)))
    def settle(self, index: int, outcome: Outcome) -> None:
        part = self._pick(index)
        if part is None:
            return
        closed = self.tracker.settle(part.number, self.now_ns, outcome)
        assert (closed is None) is (part.number in self.settled)
        if closed is None:
            return
        self.settled.append(part.number)
        before = self.verdicts.pop(part.number, None)
        if before is None or (before[0] is Verdict.GOOD and outcome is not Outcome.DELIVERED):
            before = (Verdict.UNKNOWN, UnknownReason.PLC)
        assert (part.verdict, part.reason) == before
        self.verdicts[part.number] = before

    @invariant()
    def verdicts_never_change_by_themselves(self) -> None:
        for part in self.opened:
            assert (part.verdict, part.reason) == self.verdicts.get(part.number, (None, None))

    @invariant()
    def nothing_is_lost(self) -> None:
        under_way = {part.number for part in self.tracker.under_way()}
        assert under_way == {part.number for part in self.opened} - set(self.settled)
        assert len(self.tracker) == len(under_way)

    @invariant()
    def what_is_overdue_is_decided_before_anybody_passes_it(self) -> None:
        for part in self.opened:
            good = part.verdict is Verdict.GOOD
            assert not good or (part.decided_ns is not None and part.decided_ns < part.deadline_ns)


TestTrackerMachine = TrackerMachine.TestCase
TestTrackerMachine.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
