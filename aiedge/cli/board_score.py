"""What a line found against what a simulated camera knows to be true. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiedge.line.part import Part
from aiedge.line.trace import label
from aiedge.types import Verdict
from aiedge.vision import Find

# A find marks a defect when its centre lies within the defect's box grown by so many pixels.
GROWN_PX = 8
TRUTHS = ("good", "bad", "not seen")
VERDICTS = tuple(verdict.value for verdict in Verdict)


@dataclass(frozen=True, slots=True)
class Match:
    """One board: ``missed`` are the true defects without a find, ``false`` the finds without a defect."""

    found: tuple[Mapping[str, Any], ...]
    missed: tuple[Mapping[str, Any], ...]
    false: tuple[Find, ...]


def match(truth: Iterable[Mapping[str, Any]], finds: Sequence[Find]) -> Match:
    """Compare finds with defects (``kind``, ``x``, ``y``, ``w``, ``h`` in px) by place alone."""
    defects = tuple(truth)
    found = tuple(d for d in defects if any(_covers(d, find) for find in finds))
    missed = tuple(d for d in defects if d not in found)
    false = tuple(find for find in finds if not any(_covers(d, find) for d in defects))
    return Match(found, missed, false)


def _covers(defect: Mapping[str, Any], find: Find) -> bool:
    across = defect["x"] - GROWN_PX <= find.x_px <= defect["x"] + defect["w"] + GROWN_PX
    return bool(across and defect["y"] - GROWN_PX <= find.y_px <= defect["y"] + defect["h"] + GROWN_PX)


@dataclass(slots=True)
class Score:
    """Counts over a run. ``parts``: (truth, verdict) -> parts; ``kinds``: kind -> found, missed, false.

    Defects are counted on judged parts only: what nobody looked at was not missed by the model.
    """

    labels: Sequence[str]
    parts: Counter[tuple[str, str]] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)

    def add(self, part: Part) -> None:
        """Count one finished part."""
        truth = part.metadata.get("truth")
        verdict = part.verdict or Verdict.UNKNOWN
        name = "not seen" if truth is None else "bad" if truth else "good"
        self.parts[name, verdict.value] += 1
        if truth is None or verdict is Verdict.UNKNOWN:
            return
        result = match(truth, part.finds)
        self.found.update(str(defect["kind"]) for defect in result.found)
        self.missed.update(str(defect["kind"]) for defect in result.missed)
        self.false.update(label(find.kind, self.labels) for find in result.false)

    def kinds(self) -> list[str]:
        """The kinds that were there or were seen, the model's first."""
        seen = {*self.found, *self.missed, *self.false}
        return [kind for kind in self.labels if kind in seen] + sorted(seen - set(self.labels))

    def as_json(self) -> dict[str, Any]:
        """Both tables as plain values."""
        return {
            "parts": {t: {v: self.parts[t, v] for v in VERDICTS} for t in TRUTHS},
            "defects": {
                kind: {"found": self.found[kind], "missed": self.missed[kind], "false": self.false[kind]}
                for kind in self.kinds()
            },
        }
