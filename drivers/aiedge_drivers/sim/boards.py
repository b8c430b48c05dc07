"""A seeded generator of circuit-board pictures with known defects, for simulation, training and tests.

A picture looks like a thresholded line-scan image: black copper on white laminate, ragged edges. Each board
is a test image and its template. As with real pairs, the two differ by more than the defects: a small
shift, a residual rotation and stretch that no integer shift removes, holes drilled a little off, a slightly
different etching width, and their own roughness along every edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from aiedge_drivers.sim.board_defects import Defect, DefectKind, add_defect
from aiedge_drivers.sim.board_layout import draw_layout

SIZE_PX = 640
_BORDER_PX = 24
_TILE_PX = 1024

_Level = TypeVar("_Level", np.uint8, np.float32)


@dataclass(frozen=True, slots=True)
class RenderedBoard:
    """One part: ``test`` and ``template`` are (640, 640) uint8, read-only; ``defects`` is the truth."""

    test: NDArray[np.uint8]
    template: NDArray[np.uint8]
    defects: tuple[Defect, ...]

    @property
    def good(self) -> bool:
        """Whether the board has no defect."""
        return not self.defects


class BoardGenerator:
    """Renders boards; the same seed, options and index give the same board, in any order.

    Args:
        seed: chooses the series of boards.
        good_share: share of boards without a defect, 0..1.
        defects: least and most defects of a bad board.
        shift_px: largest integer shift of the template against the test image, each axis.
        residual_px: largest displacement at the image's edge from rotation and stretch, beyond the shift;
            holes are off by about half of it.
        edge_px: roughness and difference in etching, about one standard deviation of an edge's place.
        noise: standard deviation of the grey levels' noise.
    """

    def __init__(
        self, seed: int, *, good_share: float = 0.4, defects: tuple[int, int] = (1, 8), shift_px: int = 3,
        residual_px: float = 2.0, edge_px: float = 0.35, noise: float = 2.0,
    ) -> None:  # fmt: skip
        self._seed = seed
        self._good_share = good_share
        self._defects = defects
        self._shift_px = shift_px
        self._residual_px = residual_px
        self._edge_px = edge_px
        rng = np.random.default_rng((seed, 0))
        self._grain = _rough_tile(rng)
        self._noise = np.abs(rng.normal(0, noise, (_TILE_PX, _TILE_PX))).astype(np.uint8)

    def render(self, index: int) -> RenderedBoard:
        """Board number ``index`` (0 or more) of the series."""
        rng = np.random.default_rng((self._seed, 1, index))
        size = SIZE_PX + 2 * _BORDER_PX
        layout = draw_layout(rng, size)
        faulty = layout.drilled()
        defects: list[Defect] = []
        if rng.random() >= self._good_share:
            wanted = int(rng.integers(self._defects[0], self._defects[1] + 1))
            for kind in rng.integers(1, 7, wanted * 4):
                placed = add_defect(rng, faulty, DefectKind(int(kind)), defects, _BORDER_PX + 3)
                if placed is not None:
                    defects.append(placed)
                if len(defects) == wanted:
                    break
        inner = slice(_BORDER_PX, _BORDER_PX + SIZE_PX)
        test = self._photograph(
            rng, Image.fromarray(np.ascontiguousarray(faulty[inner, inner])), wider_px=0.0
        )
        # Most real pairs fit to within a pixel, a few do not: the square keeps large residuals rare.
        residual = self._residual_px * float(rng.random()) ** 2
        drill_x, drill_y = (float(offset) for offset in rng.normal(0, residual / 2, 2))
        misplaced = self._misplaced(rng, Image.fromarray(layout.drilled((drill_x, drill_y))), residual)
        template = self._photograph(rng, misplaced, wider_px=float(rng.normal(0, self._edge_px)))
        moved = (Defect(d.kind, d.x - _BORDER_PX, d.y - _BORDER_PX, d.w, d.h) for d in defects)
        return RenderedBoard(test, template, tuple(moved))

    def _misplaced(self, rng: np.random.Generator, picture: Image.Image, residual_px: float) -> Image.Image:
        fraction = rng.uniform(-0.5, 0.5, 2) * min(self._residual_px, 1.0)
        shift = rng.integers(-self._shift_px, self._shift_px + 1, 2) + fraction
        reach = residual_px / (SIZE_PX / 2)
        turn, stretch, skew = rng.uniform(-reach, reach, 3) * (1.0, 0.7, 0.4)
        middle = SIZE_PX / 2
        a, b, d, e = 1 + stretch, turn + skew, -turn + skew, 1 - stretch
        c = middle + _BORDER_PX + shift[0] - (a + b) * middle
        f = middle + _BORDER_PX + shift[1] - (d + e) * middle
        return picture.transform(
            (SIZE_PX, SIZE_PX), Image.Transform.AFFINE, (a, b, c, d, e, f), Image.Resampling.BILINEAR
        )

    def _photograph(
        self, rng: np.random.Generator, picture: Image.Image, wider_px: float
    ) -> NDArray[np.uint8]:
        """Blur, ragged threshold and grey noise, as the optics and the electronics would do it."""
        soft = np.asarray(picture.filter(ImageFilter.BoxBlur(1.5)))
        # A box of 4 px makes an edge 64 grey levels a pixel steep: that converts px to levels.
        level = np.multiply(self._window(rng, self._grain), 64 * self._edge_px * float(rng.uniform(0.4, 1.6)))
        level += 127.5 + 64 * wider_px
        bright = (soft > level).view(np.uint8) * np.uint8(255)
        image: NDArray[np.uint8] = bright ^ self._window(rng, self._noise)
        image.flags.writeable = False
        return image

    @staticmethod
    def _window(rng: np.random.Generator, tile: NDArray[_Level]) -> NDArray[_Level]:
        y, x = rng.integers(0, _TILE_PX - SIZE_PX, 2)
        window = tile[y : y + SIZE_PX, x : x + SIZE_PX]
        return window[:: int(rng.choice((-1, 1))), :: int(rng.choice((-1, 1)))]


def _rough_tile(rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise of unit deviation with a fine and a coarse part, so that edges are both grainy and wavy."""
    fine = rng.normal(0, 1, (_TILE_PX, _TILE_PX))
    small = Image.fromarray(rng.normal(0, 1, (_TILE_PX // 8, _TILE_PX // 8)).astype(np.float32))
    coarse = np.asarray(small.resize((_TILE_PX, _TILE_PX), Image.Resampling.BICUBIC))
    rough = 0.75 * fine + 0.66 * coarse / coarse.std()
    # Clipped, so that the tail of the noise does not speckle what lies far from an edge.
    return np.asarray(np.clip(rough, -2.2, 2.2), np.float32)
