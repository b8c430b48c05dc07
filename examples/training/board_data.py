"""Boards to train on, rendered or real, cut into augmented crops with their target heat maps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import aiedge
from aiedge.vision import align, shift

KIND_NAMES = tuple((Path(__file__).parent / "labels.txt").read_text().split())
KINDS = len(KIND_NAMES)
STRIDE = 8
# People mark a defect with a margin; the generator's truth is tight. This makes them alike.
_MARK_MARGIN_PX = 9


@dataclass(frozen=True, slots=True)
class Board:
    """A test image, its aligned template, its marks: (n, 5) float32 of centre x, y, width, height, kind."""

    name: str
    test: NDArray[np.uint8]
    template: NDArray[np.uint8]
    marks: NDArray[np.float32]


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
            if line
        ]
        marks = [((a + c) / 2, (b + d) / 2, c - a, d - b, kind - 1) for a, b, c, d, kind in rows]
        boards.append(_aligned(labels.stem, test, template, marks))
    return boards


def held_out(names: list[str], rules: Iterable[str]) -> set[str]:
    """The names kept from training: ``every:5`` is the 0th, 5th, ... of the sorted, ``group:X`` a prefix."""
    kept: set[str] = set()
    for rule in rules:
        what, _, value = rule.partition(":")
        if what == "every":
            kept.update(sorted(names)[:: int(value)])
        elif what == "group":
            kept.update(name for name in names if name.startswith(value))
        else:
            raise ValueError(f"a hold-out rule is every:N or group:PREFIX, not {rule!r}")
    return kept


def random_crop(
    rng: np.random.Generator, board: Board, size: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """An augmented crop: grey levels (size, size, 2), and target heat maps with a last channel of weights."""
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
    target = _target(marks - np.array([left, top, 0, 0, 0], np.float32), size // STRIDE)
    if rng.random() < 0.3:
        noise = rng.standard_normal(pixels.shape, np.float32) * np.float32(rng.uniform(0, 20))
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        pixels, target = pixels[:, ::-1], target[:, ::-1]
    turns = int(rng.integers(4))
    return np.rot90(pixels, turns), np.rot90(target, turns)


def _mark(kind: str, x: int, y: int, w: int, h: int) -> tuple[float, ...]:
    grow = 2 * _MARK_MARGIN_PX
    return (x + w / 2, y + h / 2, w + grow, h + grow, KIND_NAMES.index(kind))


def _aligned(
    name: str, test: NDArray[np.uint8], template: NDArray[np.uint8], marks: list[tuple[float, ...]]
) -> Board:
    array = np.array(marks, np.float32).reshape(-1, 5)
    return Board(name, test, shift(template, align(test, template)), array)


def _moved(image: NDArray[np.uint8], dy: int, dx: int) -> NDArray[np.uint8]:
    padded = np.pad(image, 2, mode="edge")
    return padded[2 + dy : 2 + dy + image.shape[0], 2 + dx : 2 + dx + image.shape[1]]


def _target(marks: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    """One bump a mark in its kind's channel; weight 0 where a mark's middle lies beyond the crop's border."""
    target = np.zeros((cells, cells, KINDS + 1), np.float32)
    target[..., KINDS] = 1
    grid = np.arange(cells)
    for x, y, width, height, kind in marks:
        column, row = int(np.floor(x / STRIDE)), int(np.floor(y / STRIDE))
        if 0 <= column < cells and 0 <= row < cells:
            along_x = np.exp(-((grid - column) ** 2) / (2 * max(0.8, width / STRIDE / 5) ** 2))
            along_y = np.exp(-((grid - row) ** 2) / (2 * max(0.8, height / STRIDE / 5) ** 2))
            heat = target[..., int(kind)]
            np.maximum(heat, along_y[:, None] * along_x, out=heat)
        else:
            begin_x, end_x = (int(np.clip((x + s * width / 2) / STRIDE + (s > 0), 0, cells)) for s in (-1, 1))
            begin_y, end_y = (
                int(np.clip((y + s * height / 2) / STRIDE + (s > 0), 0, cells)) for s in (-1, 1)
            )
            target[begin_y:end_y, begin_x:end_x, KINDS] = 0
    return target
