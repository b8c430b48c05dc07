"""Finds and rules to a verdict."""

from __future__ import annotations

import pytest

from aiedge.line.decide import Rules, decide
from aiedge.types import Verdict
from aiedge.vision import Find


def find(kind: int, score: float) -> Find:
    return Find(kind, 1.0, 2.0, score)


def test_nothing_found_is_good() -> None:
    assert decide([], Rules(0.5)) == (Verdict.GOOD, ())


def test_a_find_at_the_threshold_is_bad_and_weaker_ones_do_not_count() -> None:
    finds = [find(0, 0.49), find(1, 0.5), find(2, 0.9)]
    assert decide(finds, Rules(0.5)) == (Verdict.BAD, (finds[1], finds[2]))


@pytest.mark.parametrize(("kind", "verdict"), [(0, Verdict.GOOD), (1, Verdict.BAD)])
def test_a_kind_s_own_threshold_goes_first(kind: int, verdict: Verdict) -> None:
    rules = Rules(0.5, {0: 0.8, 1: 0.2})
    assert decide([find(kind, 0.6)], rules)[0] is verdict
    assert rules.lowest == 0.2
    assert Rules(0.5).lowest == 0.5
