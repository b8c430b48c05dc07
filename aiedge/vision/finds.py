"""What a vision step found in a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Find:
    """One place in a picture that something was found at.

    ``kind``: index into the labels of whoever looked (a bundle's labels, from 0). ``x_px``, ``y_px``: the
    centre, in px from the picture's left and top edge. ``score``: how sure, as the step that made it
    defines.
    """

    kind: int
    x_px: float
    y_px: float
    score: float
