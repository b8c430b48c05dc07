"""Pictures become inputs: geometry, colour, and the numbers that training code computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from aiedge.types import TensorSpec
from aiedge.vision.fit import FitName, Rectangle, place
from aiedge.vision.prepare import prepare, tables_of

sides = st.integers(1, 3000)


@pytest.mark.parametrize(
    ("fit", "size", "source", "target"),
    [
        ("stretch", (100, 50), (0, 0, 100, 50), (0, 0, 64, 64)),
        ("letterbox", (100, 50), (0, 0, 100, 50), (0, 16, 64, 32)),
        ("letterbox", (50, 100), (0, 0, 50, 100), (16, 0, 32, 64)),
        ("letterbox", (3000, 1), (0, 0, 3000, 1), (0, 31, 64, 1)),
        ("crop", (100, 50), (25, 0, 50, 50), (0, 0, 64, 64)),
        ("crop", (50, 100), (0, 25, 50, 50), (0, 0, 64, 64)),
        ("exact", (64, 64), (0, 0, 64, 64), (0, 0, 64, 64)),
    ],
)
def test_places(
    fit: FitName, size: tuple[int, int], source: tuple[int, ...], target: tuple[int, ...]
) -> None:
    placed = place(*size, 64, 64, fit)
    assert (placed.source, placed.target) == (Rectangle(*source), Rectangle(*target))


@settings(deadline=None)
@given(width=sides, height=sides, to_width=sides, to_height=sides)
def test_every_fit_stays_inside(width: int, height: int, to_width: int, to_height: int) -> None:
    for fit in ("stretch", "letterbox", "crop"):
        placed = place(width, height, to_width, to_height, fit)  # type: ignore[arg-type]
        for inner, (outer_width, outer_height) in (
            (placed.source, (width, height)),
            (placed.target, (to_width, to_height)),
        ):
            assert inner.width >= 1
            assert inner.height >= 1
            assert 0 <= inner.x <= outer_width - inner.width
            assert 0 <= inner.y <= outer_height - inner.height
        corners = np.array([placed.target.x, placed.target.x + placed.target.width], np.float32)
        x, _ = placed.undo(corners, corners)
        np.testing.assert_allclose(
            x, [placed.source.x, placed.source.x + placed.source.width], rtol=1e-6, atol=1e-3
        )


def test_exact_takes_one_size_only() -> None:
    with pytest.raises(ValueError, match="65 x 64 px, the model takes 64 x 64"):
        place(65, 64, 64, 64, "exact")


def spec(shape: tuple[int, ...], dtype: str, scale: float | None = None, zero_point: int = 0) -> TensorSpec:
    return TensorSpec("picture", shape, np.dtype(dtype), scale, zero_point)


def plain(**more: Any) -> dict[str, Any]:
    return {
        "fit": "exact",
        "interpolation": "nearest",
        "colour": "rgb",
        "pad": 0,
        "mean": [0],
        "std": [1],
        **more,
    }


def test_a_float_input_gets_what_training_computes() -> None:
    image = np.random.default_rng(1).integers(0, 256, (5, 4, 3), np.uint8)
    mean, std = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
    given_input, _ = prepare(image, None, spec((1, 5, 4, 3), "float32"), **plain(mean=mean, std=std))
    usual = (image.astype(np.float32) - np.array(mean, np.float32)) / np.array(std, np.float32)
    np.testing.assert_array_equal(given_input[0], usual)


def test_a_quantized_input_rounds_half_to_even_and_holds() -> None:
    tables = tables_of(spec((1, 1, 1, 1), "int8", 2.0, -100), [0], [1])
    assert tables[0, :6].tolist() == [-100, -100, -99, -98, -98, -98]
    assert tables[0, 255] == 28
    assert tables_of(spec((1, 1, 1, 1), "int8", 0.5, 100), [0], [1])[0, 200] == 127


def test_grey_is_pillows() -> None:
    image = np.random.default_rng(2).integers(0, 256, (50, 40, 3), np.uint8)
    given_input, _ = prepare(image, None, spec((1, 50, 40, 1), "uint8", 1.0), **plain(colour="grey"))
    np.testing.assert_array_equal(given_input[0, ..., 0], np.asarray(Image.fromarray(image).convert("L")))
    turned, _ = prepare(
        image[..., ::-1], None, spec((1, 50, 40, 1), "uint8", 1.0), bgr=True, **plain(colour="grey")
    )
    np.testing.assert_array_equal(turned, given_input)


def test_the_order_of_channels() -> None:
    image = np.array([[[10, 20, 30]]], np.uint8)
    numbers = {"mean": [0] * 3, "std": [1] * 3}
    for colour, bgr, expected in (
        ("rgb", False, [10, 20, 30]),
        ("bgr", False, [30, 20, 10]),
        ("rgb", True, [30, 20, 10]),
        ("bgr", True, [10, 20, 30]),
    ):
        given_input, _ = prepare(
            image, None, spec((1, 1, 1, 3), "uint8", 1.0), bgr=bgr, **plain(colour=colour, **numbers)
        )
        assert given_input[0, 0, 0].tolist() == expected


def test_a_pair_and_its_padding() -> None:
    test, reference = np.full((2, 4), 9, np.uint8), np.full((2, 4), 5, np.uint8)
    how = plain(fit="letterbox", colour="grey", pad=7, mean=[0, 1], std=[1, 1])
    given_input, _ = prepare(test, reference, spec((1, 4, 4, 2), "int8", 1.0), **how)
    assert given_input[0, 0].tolist() == [[7, 6]] * 4
    assert given_input[0, 1].tolist() == [[9, 4]] * 4
    with pytest.raises(ValueError, match="not of one size"):
        prepare(test, reference[:1], spec((1, 4, 4, 2), "int8", 1.0), **how)
