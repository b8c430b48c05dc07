"""Boards to train on, rendered or real: reading, splitting, and augmented crops with their boxes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import aiedge
from aiedge.vision import align, shift

KIND_NAMES = tuple((Path(__file__).parent / "labels.txt").read_text().split())
KINDS = len(KIND_NAMES)
GROUP_LETTERS = 5
# People mark a defect with a margin; the generator's truth is tight. This makes them alike.
_MARK_MARGIN_PX = 9
_GOOD_PAIR_SHIFT_PX = 2


@dataclass(frozen=True, slots=True)
class Board:
    """A test image, its template, its marks: (n, 5) float32 of left, top, right, bottom in px, and kind."""

    name: str
    test: NDArray[np.uint8]
    template: NDArray[np.uint8]
    marks: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Crop:
    """A square piece of a board: ``pixels`` (size, size, 2) uint8, test and template.

    ``marks`` as :attr:`Board.marks`: those whose middle lies in the piece, reaching over its border where
    they do; ``cut`` those that only reach into it, of which nobody can say what they are.
    """

    pixels: NDArray[np.uint8]
    marks: NDArray[np.float32]
    cut: NDArray[np.float32]


def rendered_boards(seed: int, count: int) -> list[Board]:
    """Boards from the simulated camera, with worse misfits than the demo's, as real lines have them."""
    boards = []
    with aiedge.open_device(
        "camera/sim", seed=seed, parts=count, good_share=0.1, least_defects=2, most_defects=12, shift_px=4,
        residual_px=6.0, render_ahead=0,
    ) as camera:  # fmt: skip
        for index in range(count):
            frame = camera.read(timeout_s=10.0)
            marks = [_mark(**defect) for defect in frame.metadata["truth"]]
            boards.append(_aligned(f"rendered-{index}", frame.image, frame.reference, marks))
    return boards


def folder_boards(folder: Path) -> list[Board]:
    """Every ``ID_test.jpg`` with ``ID_temp.jpg`` and ``ID.txt`` (a mark a line: x1 y1 x2 y2 kind)."""
    boards = []
    for labels in sorted(folder.glob("*.txt")):
        pictures = [folder / f"{labels.stem}{part}.jpg" for part in ("_test", "_temp")]
        if not all(picture.exists() for picture in pictures):
            continue
        test, template = (np.asarray(Image.open(picture).convert("L")) for picture in pictures)
        rows = [
            [int(v) for v in re.split(r"[ ,]+", line.strip())]
            for line in labels.read_text().splitlines()
            if line.strip()
        ]
        marks = [(left, top, right, bottom, kind - 1) for left, top, right, bottom, kind in rows]
        boards.append(_aligned(labels.stem, test, template, marks))
    return boards


def held_out(names: Sequence[str], *, share: float = 0.3, seed: int = 1) -> set[str]:
    """The names kept from training: whole groups, which never lie on both sides.

    A group is what has the first ``GROUP_LETTERS`` letters in common: boards of one layout. Groups are
    shuffled by ``seed`` and taken while they fit into ``share`` of all names.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        groups[name[:GROUP_LETTERS]].append(name)
    order = sorted(groups)
    np.random.default_rng(seed).shuffle(order)
    kept: set[str] = set()
    for group in order:
        if len(kept) + len(groups[group]) <= share * len(names):
            kept.update(groups[group])
    return kept


def good_pair(rng: np.random.Generator, template: NDArray[np.uint8]) -> Board:
    """A part without a defect: the template against itself, moved by up to 2 px, both with their own noise."""
    dy, dx = rng.integers(-_GOOD_PAIR_SHIFT_PX, _GOOD_PAIR_SHIFT_PX + 1, 2)
    test, other = (_noisy(rng, picture, 8.0) for picture in (template, _moved(template, dy, dx)))
    return _aligned("good", test, other, [])


def random_crop(rng: np.random.Generator, board: Board, size: int) -> Crop:
    """An augmented piece of a board: misfit, noise, contrast, mirrored and turned."""
    test, template, marks = board.test, board.template, board.marks
    fit = float(rng.random())
    if fit < 0.1:
        # A good part: the template against itself, not quite in place.
        test, marks = template, marks[:0]
        template = _moved(template, *rng.integers(-2, 3, 2))
    elif fit < 0.35:
        template = _moved(template, *rng.integers(-1, 2, 2))
    # Beyond the range and clipped: many crops touch the border, where a shifted template is only guessed.
    top, left = (
        int(np.clip(rng.integers(-size // 4, side - size * 3 // 4), 0, side - size)) for side in test.shape
    )
    pixels = np.stack([p[top : top + size, left : left + size] for p in (test, template)], -1)
    if rng.random() < 0.3:
        pixels = _noisy(rng, pixels, float(rng.uniform(0, 20)))
    if rng.random() < 0.2:
        pixels = _weak(rng, pixels)
    marks = marks - np.array([left, top, left, top, 0], np.float32)
    if rng.random() < 0.5:
        pixels, marks = pixels[:, ::-1], _mirrored(marks, size)
    for _ in range(int(rng.integers(4))):
        pixels, marks = np.rot90(pixels), _turned(marks, size)
    middles = (marks[:, :2] + marks[:, 2:4]) / 2
    whole = ((middles >= 0) & (middles < size)).all(1)
    return Crop(np.ascontiguousarray(pixels), marks[whole], marks[~whole])


def _mark(kind: str, x: int, y: int, w: int, h: int) -> tuple[float, ...]:
    margin = _MARK_MARGIN_PX
    return (x - margin, y - margin, x + w + margin, y + h + margin, KIND_NAMES.index(kind))


def _aligned(
    name: str, test: NDArray[np.uint8], template: NDArray[np.uint8], marks: list[tuple[float, ...]]
) -> Board:
    array = np.array(marks, np.float32).reshape(-1, 5)
    return Board(name, test, shift(template, align(test, template)), array)


def _moved(image: NDArray[np.uint8], dy: int, dx: int) -> NDArray[np.uint8]:
    padded = np.pad(image, 2, mode="edge")
    return padded[2 + dy : 2 + dy + image.shape[0], 2 + dx : 2 + dx + image.shape[1]]


def _noisy(rng: np.random.Generator, pixels: NDArray[np.uint8], deviation: float) -> NDArray[np.uint8]:
    noise = rng.standard_normal(pixels.shape, np.float32) * np.float32(deviation)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def _weak(rng: np.random.Generator, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Less contrast, as a darker lamp or another exposure gives it; both pictures alike."""
    dark, bright = float(rng.uniform(0, 60)), float(rng.uniform(190, 255))
    levels = np.linspace(dark, bright, 256).astype(np.uint8)
    return levels[pixels]


def _mirrored(marks: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    return np.stack([size - marks[:, 2], marks[:, 1], size - marks[:, 0], marks[:, 3], marks[:, 4]], 1)


def _turned(marks: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """What ``np.rot90`` does to the pixels: a quarter to the left."""
    return np.stack([marks[:, 1], size - marks[:, 2], marks[:, 3], size - marks[:, 0], marks[:, 4]], 1)
