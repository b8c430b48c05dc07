"""Boxes out of grids: decoded, the best kept, moved back onto the picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aiedge.model.ir import real_functions
from aiedge.vision.boxes import Grid, find_boxes
from aiedge.vision.exp64 import exp64, sigmoid32
from aiedge.vision.fit import Fit, place
from aiedge.vision.results import Boxes

WHOLE = place(64, 64, 64, 64, "exact")


def logit(score: float) -> float:
    return math.log(score / (1 - score))


def grid(classes: list[list[float]], boxes: list[list[float]], columns: int = 1, stride: int = 8) -> Grid:
    return Grid(np.array(classes, np.float32), np.array(boxes, np.float32), None, columns, stride)


def found(
    grids: list[Grid], decoder: str = "distances", fit: Fit = WHOLE, agnostic: bool = False, most: int = 9
) -> Boxes:
    return find_boxes(
        grids, fit, decoder=decoder, threshold=0.5, iou=0.5, class_agnostic=agnostic, max_boxes=most, labels=("a", "b")  # type: ignore[arg-type]
    )  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.floats(-800, 800), min_size=1))
def test_exp64(values: list[float]) -> None:
    for value, given_exp in zip(values, exp64(np.array(values)).tolist(), strict=True):
        expected = math.exp(min(max(value, -745.0), 709.78))
        assert given_exp == pytest.approx(expected, rel=4e-16, abs=5e-324)


@settings(deadline=None)
@given(st.lists(st.floats(), min_size=1))
def test_exp64_has_the_bits_of_the_float_operators(values: list[float]) -> None:
    array = np.array(values)
    ours, theirs = exp64(array), real_functions.exp64(array)
    numbers = ~np.isnan(array)
    assert ours[numbers].tobytes() == theirs[numbers].tobytes()
    assert np.isnan(ours[~numbers]).all()


def test_distances() -> None:
    boxes = found([grid([[logit(0.9), logit(0.8)]] * 6, [[0.5, 0.25, 1, 2]] * 6, columns=3)], most=1)
    assert boxes.edges.tolist() == [[0, 2, 12, 20]]
    (box,) = boxes
    assert (box.label, round(box.score, 6)) == ("a", 0.9)


def test_centre_size_and_objectness() -> None:
    level = grid([[logit(0.9)]], [[0.5, 1.0, math.log(1.0), math.log(0.5)]])
    assert found([level], "centre_size").edges.tolist() == [[0, 6, 8, 10]]
    doubtful = Grid(level.classes, level.boxes, np.array([logit(0.5)], np.float32), 1, 8)
    assert len(found([doubtful], "centre_size")) == 0


def test_bins_are_means() -> None:
    sure = [-40.0] * 4
    sides = [[*sure[:k], 40.0, *sure[k + 1 :]] for k in (1, 1, 2, 3)]
    level = grid([[logit(0.9)]] * 4, [[*sides[0], *sides[1], *sides[2], *sides[3]]] * 4, columns=2, stride=16)
    boxes = found([level], "bins")
    assert boxes.edges[0].tolist() == [0, 0, 40, 56]


def test_what_overlaps_goes_unless_of_another_class() -> None:
    classes = [[logit(0.9), -9], [logit(0.8), -9], [-9, logit(0.7)], [logit(0.6), -9]]
    boxes = [[0.5, 0.5, 3, 3]] * 3 + [[-3, 0.5, 5, 3]]
    levels = [grid([one], [box]) for one, box in zip(classes, boxes, strict=True)]
    assert [round(score, 3) for score in found(levels).scores.tolist()] == [0.9, 0.7, 0.6]
    assert [round(score, 3) for score in found(levels, agnostic=True).scores.tolist()] == [0.9, 0.6]
    assert len(found(levels, most=2)) == 2


def test_equal_scores_keep_the_order_of_cells() -> None:
    levels = [grid([[1.0, 1.0]] * 3, [[0.5, 0.5, 0.5, 0.5]] * 3, columns=3)]
    boxes = found(levels)
    assert boxes.edges[:, 0].tolist() == [0, 8, 16]
    assert boxes.kinds.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "box", [[-1, 0, 0, 1], [math.inf, 1, 1, 1], [0, 0, 0, 0], [-math.inf, 1, 1, 1], [1e9, 1, 1, 1]]
)
def test_boxes_that_are_none(box: list[float]) -> None:
    assert len(found([grid([[9.0]], [box])])) == 0


def test_back_onto_the_picture() -> None:
    fit = place(128, 64, 64, 64, "letterbox")  # 64 x 32 in the middle
    level = grid([[9.0]] * 64, [[0.5, 0.5, 0.5, 0.5]] * 64, columns=8)
    boxes = found([level], fit=fit, most=64)
    assert len(boxes) == 32
    assert boxes.edges[0].tolist() == [0, 0, 16, 16]
    assert boxes.edges.max(axis=0).tolist() == [112, 48, 128, 64]


def overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = float(max(width, 0) * max(height, 0))
    areas = [float((box[2] - box[0]) * (box[3] - box[1])) for box in (a, b)]
    return shared / (sum(areas) - shared)


@settings(deadline=None)
@given(seed=st.integers(0, 999), agnostic=st.booleans())
def test_what_is_kept_overlaps_little_and_what_went_much(seed: int, agnostic: bool) -> None:
    rng = np.random.default_rng(seed)
    # Three grids over each other, and no box reaches the picture's border, which would cut it.
    levels = [
        Grid(
            rng.normal(0, 2, (64, 2)).astype(np.float32),
            rng.uniform(0.1, 0.5, (64, 4)).astype(np.float32),
            None,
            8,
            8,
        )
        for _ in range(3)
    ]
    everything = find_boxes(
        levels, WHOLE, decoder="distances", threshold=0.5, iou=1.0, class_agnostic=True, max_boxes=999
    )
    kept = found(levels, agnostic=agnostic, most=999)
    assert len(everything) == sum(
        int((sigmoid32(level.classes.max(axis=1)) >= 0.5).sum()) for level in levels
    )
    places = {tuple(box) for box in kept.edges.tolist()}
    for i, box in enumerate(everything.edges):
        better = [
            overlap(box, everything.edges[j])
            for j in range(i)
            if tuple(everything.edges[j].tolist()) in places
            and (agnostic or everything.kinds[i] == everything.kinds[j])
        ]
        is_kept = tuple(box.tolist()) in places
        assert is_kept == (max(better, default=0) <= 0.5)
