"""What a bundle's post-processing gives. Frozen; arrays are read-only by convention, float32, of the caller's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class: its index, its name (empty without labels) and its score."""

    kind: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Classes:
    """The best classes, best first."""

    best: tuple[ClassScore, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Something found: edges in px of the picture, x to the right, y down."""

    kind: int
    label: str
    score: float
    x0_px: float
    y0_px: float
    x1_px: float
    y1_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """All boxes, best first. ``edges``: (n, 4) x0, y0, x1, y1 in px; ``scores``: (n); ``kinds``: (n) int32."""

    edges: NDArray[np.float32]
    scores: NDArray[np.float32]
    kinds: NDArray[np.int32]
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)

    def __iter__(self) -> Iterator[Box]:
        for edges, score, kind in zip(
            self.edges.tolist(), self.scores.tolist(), self.kinds.tolist(), strict=True
        ):
            yield Box(kind, name_of(self.labels, kind), score, *edges)


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """All peaks, best first. ``places``: (n, 2) x, y in px of the picture; ``scores``: (n); ``kinds``: (n) int32."""

    places: NDArray[np.float32]
    scores: NDArray[np.float32]
    kinds: NDArray[np.int32]
    labels: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.scores)


@dataclass(frozen=True, slots=True, eq=False)
class Anomaly:
    """How unlike good parts the picture is: anomalous when ``score`` reaches ``threshold``; ``values``: the map."""

    score: float
    threshold: float
    values: NDArray[np.float32]

    @property
    def is_anomalous(self) -> bool:
        """Whether the part is to be looked at."""
        return self.score >= self.threshold


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A class for each cell, (rows, columns) uint8."""

    kinds: NDArray[np.uint8]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What a picture gave: the one of the five that the bundle is for, the others None."""

    classes: Classes | None = None
    boxes: Boxes | None = None
    peaks: Peaks | None = None
    anomaly: Anomaly | None = None
    mask: Mask | None = None


def name_of(labels: tuple[str, ...], kind: int) -> str:
    """The label of a kind, empty when there is none."""
    return labels[kind] if kind < len(labels) else ""
