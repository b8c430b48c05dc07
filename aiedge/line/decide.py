"""The rule that turns finds into a verdict. Pure: it touches nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aiedge.types import Verdict
from aiedge.vision import Find


@dataclass(frozen=True, slots=True)
class Rules:
    """The least score, above 0 and below 1, of a find that makes a part bad; ``by_kind`` goes first."""

    threshold: float
    by_kind: Mapping[int, float] = field(default_factory=dict)

    @property
    def lowest(self) -> float:
        """The score below which no find matters, whatever its kind."""
        return min([self.threshold, *self.by_kind.values()])


def decide(finds: Iterable[Find], rules: Rules) -> tuple[Verdict, tuple[Find, ...]]:
    """Bad when a find reaches the threshold of its kind, else good; and the finds that do."""
    counted = tuple(f for f in finds if f.score >= rules.by_kind.get(f.kind, rules.threshold))
    return (Verdict.BAD if counted else Verdict.GOOD), counted
