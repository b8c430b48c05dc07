"""How well boxes fit marks: mean average precision, escapes, overkills, and how sure one can be of a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aiedge.vision.results import Boxes

MATCH_IOU = 0.33
# A good region is a square of so many px that no mark, grown by the margin, touches.
REGION_PX = 80
REGION_MARGIN_PX = 8

Marks = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``tries``, and the interval in which the true share lies with 95 % (Wilson 1927)."""

    hits: int
    tries: int

    @property
    def interval(self) -> tuple[float, float]:
        """Least and greatest likely share; (0, 1) where nothing was tried."""
        if not self.tries:
            return 0.0, 1.0
        z, n = 1.959963984540054, self.tries
        share = self.hits / n
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
        # Rounding must not push a bound over the share itself.
        return max(min(middle - reach, share), 0.0), min(max(middle + reach, share), 1.0)

    def __str__(self) -> str:
        least, most = (100 * bound for bound in self.interval)
        return f"{self.hits} of {self.tries}, {100 * self.hits / max(self.tries, 1):.2f} % ({least:.2f} to {most:.2f})"


def overlaps(box: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of one box (4,) with each of (n, 4)."""
    common = np.clip(np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2]), 0, None).prod(1)
    areas = (others[:, 2:] - others[:, :2]).prod(1)
    union = (box[2:] - box[:2]).prod() + areas - common
    return np.divide(common, union, out=np.zeros_like(common), where=union > 0)


def average_precisions(found: Sequence[Boxes], marks: Sequence[Marks], kinds: int) -> list[float]:
    """Average precision of each kind, all points (VOC 2010), at an overlap of ``MATCH_IOU``; NaN without marks.

    ``marks``: (n, 5) a picture, edges and kind. A box counts as right when the mark of its kind that it
    overlaps best is overlapped enough, and no better box has claimed it.
    """
    return [_average_precision(found, marks, kind) for kind in range(kinds)]


def escapes(found: Sequence[Boxes], marks: Sequence[Marks]) -> Share:
    """Marks that no box, of whatever kind, overlaps by ``MATCH_IOU``."""
    missed = [
        not len(boxes.edges) or overlaps(mark[:4], boxes.edges).max() < MATCH_IOU
        for boxes, there in zip(found, marks, strict=True)
        for mark in there
    ]
    return Share(sum(missed), len(missed))


def named(found: Sequence[Boxes], marks: Sequence[Marks]) -> Share:
    """Of the marks that a box overlaps, those whose best overlapping box has the right kind."""
    right = []
    for boxes, there in zip(found, marks, strict=True):
        for mark in there if len(boxes.edges) else ():
            fit = overlaps(mark[:4], boxes.edges)
            if fit.max() >= MATCH_IOU:
                right.append(boxes.kinds[fit.argmax()] == mark[4])
    return Share(int(np.sum(right)), len(right))


def flagged_pictures(found: Sequence[Boxes]) -> Share:
    """Pictures in which anything was found: escapes of bad boards the other way round, overkills of good ones."""
    return Share(sum(len(boxes.edges) > 0 for boxes in found), len(found))


def flagged_regions(found: Sequence[Boxes], marks: Sequence[Marks], size_px: int) -> Share:
    """Good regions, as said above, in which a box has its middle."""
    edges = np.arange(0, size_px, REGION_PX)
    flagged = good = 0
    for boxes, there in zip(found, marks, strict=True):
        middles = (boxes.edges[:, :2] + boxes.edges[:, 2:]) / 2
        for left in edges:
            for top in edges:
                low = np.array([left, top], np.float32)
                touched = (there[:, :2] - REGION_MARGIN_PX < low + REGION_PX) & (
                    there[:, 2:4] + REGION_MARGIN_PX > low
                )
                if not touched.all(1).any():
                    good += 1
                    flagged += bool(((middles >= low) & (middles < low + REGION_PX)).all(1).any())
    return Share(flagged, good)


def _average_precision(found: Sequence[Boxes], marks: Sequence[Marks], kind: int) -> float:
    theirs = [there[there[:, 4] == kind, :4] for there in marks]
    scores, right = [], []
    for boxes, there in zip(found, theirs, strict=True):
        claimed: set[int] = set()
        mine = boxes.kinds == kind
        for edges, score in zip(boxes.edges[mine], boxes.scores[mine], strict=True):
            fit = overlaps(edges, there)
            best = int(fit.argmax()) if len(there) else -1
            hit = best >= 0 and float(fit[best]) >= MATCH_IOU and best not in claimed
            if hit:
                claimed.add(best)
            scores.append(score)
            right.append(hit)
    total = sum(len(there) for there in theirs)
    if not total:
        return float("nan")
    hits = np.array(right, np.bool_)[np.argsort(-np.array(scores), kind="stable")]
    positive = np.cumsum(hits)
    precision = positive / np.arange(1, len(hits) + 1)
    # At each recall, the best precision at that recall or a greater one.
    best_from = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_from[hits].sum() / total)
