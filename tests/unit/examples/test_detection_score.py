"""Mean average precision and shares, against cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aiedge.vision.results import Boxes


def boxes(*rows):
    """Found boxes: left, top, right, bottom, score, kind."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Boxes(table[:, :4], table[:, 4], table[:, 5].astype(np.int32))


def _marks(*rows):
    return np.array(rows, np.float32).reshape(-1, 5)


def test_average_precision_of_a_ranking_by_hand(detection_score):
    marks = [_marks((0, 0, 10, 10, 0), (50, 50, 60, 60, 0)), _marks((0, 0, 10, 10, 0))]
    found = [
        boxes((0, 0, 10, 10, 0.9, 0), (80, 80, 90, 90, 0.8, 0), (50, 50, 60, 60, 0.6, 0)),
        boxes((30, 0, 40, 10, 0.7, 0)),
    ]
    # By score: right, wrong, wrong, right, of three marks: precision 1 at recall 1/3, 2/4 at recall 2/3.
    (precision,) = detection_score.average_precisions(found, marks, 1)
    assert precision == pytest.approx(1 / 3 * 1 + 1 / 3 * 0.5)


def test_precision_is_the_best_at_that_recall_or_beyond(detection_score):
    marks = [_marks((0, 0, 10, 10, 0), (50, 50, 60, 60, 0))]
    found = [boxes((80, 80, 90, 90, 0.9, 0), (0, 0, 10, 10, 0.8, 0), (50, 50, 60, 60, 0.7, 0))]
    assert detection_score.average_precisions(found, marks, 1) == [pytest.approx(2 / 3)]


def test_a_second_box_on_a_mark_is_wrong_and_so_is_another_kind(detection_score):
    marks = [_marks((0, 0, 10, 10, 0), (50, 50, 60, 60, 0), (20, 20, 30, 30, 1))]
    first = ((0, 0, 10, 10, 0.9, 0), (0, 0, 10, 9, 0.8, 0))
    found = [boxes(*first, (50, 50, 60, 60, 0.7, 0), (20, 20, 30, 30, 0.95, 0))]
    first, second = detection_score.average_precisions(found, marks, 2)
    assert first == pytest.approx(0.5 * 0.5 + 0.5 * 0.5)
    assert second == 0


def test_a_kind_without_marks_has_no_precision(detection_score):
    first, second = detection_score.average_precisions(
        [boxes((0, 0, 9, 9, 0.5, 1))], [_marks((0, 0, 9, 9, 0))], 2
    )
    assert first == 0
    assert np.isnan(second)


def test_overlap_decides_at_a_third(detection_score):
    marks = [_marks((0, 0, 30, 30, 0))]
    # Shifted by d of 30 px the overlap is (30 - d) / (30 + d): 0.364 at 14, 0.333 at 15, 0.304 at 16.
    for shift, hit in ((14, True), (15, True), (16, False)):
        found = [boxes((shift, 0, 30 + shift, 30, 0.5, 0))]
        assert detection_score.average_precisions(found, marks, 1) == [float(hit)]
        assert detection_score.escapes(found, marks).hits == (not hit)


def test_escapes_and_names(detection_score):
    marks = [_marks((0, 0, 10, 10, 0), (50, 50, 60, 60, 2)), _marks((0, 0, 10, 10, 1))]
    found = [boxes((0, 0, 10, 10, 0.9, 0), (50, 50, 60, 60, 0.8, 1)), boxes()]
    missed, right = detection_score.escapes(found, marks), detection_score.named(found, marks)
    assert (missed.hits, missed.tries) == (1, 3)
    assert (right.hits, right.tries) == (1, 2)


def test_flagged_pictures_and_regions(detection_score):
    marks = [_marks((10, 10, 30, 30, 0)), _marks()]
    found = [boxes((12, 12, 30, 30, 0.9, 0), (100, 100, 110, 110, 0.8, 1)), boxes()]
    pictures = detection_score.flagged_pictures(found)
    assert (pictures.hits, pictures.tries) == (1, 2)
    regions = detection_score.flagged_regions(found, marks, 160)
    assert (regions.hits, regions.tries) == (1, 7)
    near = detection_score.flagged_regions([boxes()], [_marks((60, 10, 73, 30, 0))], 160)
    assert near.tries == 2  # grown by 8 px the mark touches its right neighbour


def test_intervals_known_from_the_literature(detection_score):
    # Newcombe 1998, table I, method 3.
    for hits, tries, least, most in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
    ):
        assert detection_score.Share(hits, tries).interval == pytest.approx((least, most), abs=5e-5)
    assert detection_score.Share(0, 0).interval == (0, 1)
    assert str(detection_score.Share(0, 20)) == "0 of 20, 0.00 % (0.00 to 16.11)"


@given(st.data())
def test_an_interval_holds_its_share(detection_score, data):
    tries = data.draw(st.integers(1, 10_000))
    hits = data.draw(st.integers(0, tries))
    least, most = detection_score.Share(hits, tries).interval
    assert 0 <= least <= hits / tries <= most <= 1


def test_overlaps(detection_score):
    box = np.array([0, 0, 10, 10], np.float32)
    others = np.array(
        [(0, 0, 10, 10), (5, 0, 15, 10), (20, 0, 30, 10), (10, 0, 20, 10), (3, 3, 3, 3)], np.float32
    )
    assert detection_score.overlaps(box, others) == pytest.approx([1, 1 / 3, 0, 0, 0])
