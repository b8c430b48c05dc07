"""Pictures through the native core: the bits of the NumPy reference, whatever size, stride, format and threshold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from processing_graphs import float_graph, picture_graph

from aiedge import _native
from aiedge.api import Model
from aiedge.engines.native import load
from aiedge.errors import InputError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph
from aiedge.model.processing import Processing, encode
from aiedge.process import prepare_inputs, read_outputs
from aiedge.types import Frame, Timestamp
from aiedge.vision.results import Result

ISAS = [isa for isa in ("avx2", "reference") if isa in _native.instruction_sets()]
LABELS = ("zero", "one", "two")


def opened(graph: Graph, processing: Processing, isa: str) -> Model:
    bundle = write_bundle(graph, LABELS, extras=encode(processing, graph))
    return Model(load("test", bundle, 1, isa=isa))


def pictures(
    width: int, height: int, colour: bool, seed: int, gap: int = 0, count: int = 2
) -> Sequence[NDArray[np.uint8]]:
    """Random ones; ``gap`` bytes stand between two rows."""
    rng = np.random.default_rng(seed)
    row = width * (3 if colour else 1)
    found = []
    for _ in range(count):
        whole = rng.integers(0, 256, (height, row + gap), np.uint8)
        inner = whole[:, :row]
        found.append(
            inner.reshape(height, width, 3) if colour and not gap else _as_pixels(inner, width, colour)
        )
    return found


def _as_pixels(rows: NDArray[np.uint8], width: int, colour: bool) -> NDArray[np.uint8]:
    if not colour:
        return rows
    shape, strides = (len(rows), width, 3), (rows.strides[0], 3, 1)
    return np.lib.stride_tricks.as_strided(rows, shape, strides)


sides = st.one_of(st.integers(1, 12), st.integers(1, 140))


@st.composite
def image_inputs(draw: st.DrawFn) -> dict[str, Any]:
    source = draw(st.sampled_from(["image", "image", "pair"]))
    colour = "grey" if source == "pair" else draw(st.sampled_from(["grey", "rgb", "bgr"]))
    channels = 2 if source == "pair" else 1 if colour == "grey" else 3
    usual = st.sampled_from([((128.0,), (1.0,)), ((0.0,), (255.0,)), ((127.5,), (127.5,))])
    each = st.lists(st.floats(-300, 300, width=32), min_size=channels, max_size=channels).map(tuple)
    spread = st.lists(st.floats(0.125, 300, width=32), min_size=channels, max_size=channels).map(tuple)
    mean, std = draw(st.one_of(usual, st.tuples(each, spread)))
    return {
        "source": source, "colour": colour, "mean": mean, "std": std, "pad": draw(st.integers(0, 255)),
        "fit": draw(st.sampled_from(["stretch", "letterbox", "crop", "exact"])),
        "interpolation": draw(st.sampled_from(["nearest", "bilinear", "area"])),
    }  # fmt: skip


@pytest.mark.parametrize("isa", ISAS)
@settings(max_examples=150, deadline=None)
@given(
    image=image_inputs(), size=st.tuples(sides, sides), given_size=st.tuples(sides, sides),
    dtype=st.sampled_from(["int8", "uint8"]), scale=st.sampled_from([1.0, 1 / 255, 0.0078125, 0.02]),
    colour=st.booleans(), bgr=st.booleans(), gap=st.integers(0, 9), seed=st.integers(0, 99),
)  # fmt: skip
def test_inputs(
    isa: str, image: dict[str, Any], size: tuple[int, int], given_size: tuple[int, int], dtype: str, scale: float,
    colour: bool, bgr: bool, gap: int, seed: int,
) -> None:  # fmt: skip
    height, width = size
    processing = Processing.model_validate({"inputs": [image], "output": {"kind": "anomaly", "threshold": 1}})
    shape = (height, width, processing.inputs[0].channels)
    zero = 0 if dtype == "uint8" else -128
    graph = picture_graph(shape, [(1, *shape)], scale=scale, zero_point=zero, dtype=dtype)
    model = opened(graph, processing, isa)
    given_height, given_width = size if image["fit"] == "exact" else given_size
    picture, reference = pictures(given_width, given_height, colour, seed, gap)
    expected, _ = prepare_inputs(processing, model.inputs, picture, reference, bgr=bgr)
    given_inputs = model.prepare(picture, reference, bgr=bgr)
    for ours, theirs in zip(given_inputs, expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_pictures_of_changing_sizes_in_one_model() -> None:
    image = {"mean": 0, "std": 255, "fit": "stretch", "interpolation": "area"}
    processing = Processing.model_validate({"inputs": [image], "output": {"kind": "anomaly", "threshold": 1}})
    model = opened(picture_graph((20, 20, 3), [(1, 1)], scale=1 / 255, zero_point=-128), processing, ISAS[0])
    for width, height in [(20, 20), (20, 10), (10, 20), (20, 20), (40, 60), (40, 10), (40, 60), (41, 60)]:
        (picture,) = pictures(width, height, True, width, count=1)
        expected, _ = prepare_inputs(processing, model.inputs, picture)
        np.testing.assert_array_equal(model.prepare(picture)[0], expected[0])


def same(ours: Result, theirs: Result) -> None:
    for name in Result.__dataclass_fields__:
        a, b = getattr(ours, name), getattr(theirs, name)
        assert (a is None) == (b is None)
        if a is None:
            continue
        for part in a.__dataclass_fields__:
            x, y = getattr(a, part), getattr(b, part)
            if isinstance(x, np.ndarray):
                assert (x.dtype, x.shape) == (y.dtype, y.shape), part
                assert x.tobytes() == y.tobytes(), f"{name}.{part}: {x} {y}"
            else:
                assert x == y, part


PIXEL = {"colour": "rgb", "mean": 0, "std": 1, "fit": "letterbox", "interpolation": "nearest"}
SIDE = 48  # of the input: 6912 bytes for outputs


@cache
def detector(
    decoder: str, kinds: int, dtype: str, scale: float, flat: bool
) -> tuple[Graph, list[dict[str, Any]]]:
    """Two levels of 6 x 6 and 3 x 3 cells; their outputs are the picture's bytes."""
    numbers = 4 * 8 if decoder == "bins" else 4
    shapes: list[tuple[int, ...]] = []
    levels = []
    for stride in (8, 16):
        cells = SIDE // stride
        grid = (1, cells * cells) if flat else (1, cells, cells)
        level = {"classes": len(shapes), "boxes": len(shapes) + 1, "stride_px": stride}
        shapes += [(*grid, kinds), (*grid, numbers)]
        if decoder == "centre_size":
            level["objectness"] = len(shapes)
            shapes.append((*grid, 1))
        levels.append(level)
    zero = 3 if dtype == "int8" else 131
    return picture_graph((SIDE, SIDE, 3), shapes, scale=scale, zero_point=zero, dtype=dtype), levels


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("decoder", ["centre_size", "distances", "bins"])
@settings(max_examples=60, deadline=None)
@given(
    kinds=st.sampled_from([1, 3]), dtype=st.sampled_from(["int8", "uint8"]), scale=st.sampled_from([0.05, 0.1, 0.02]),
    flat=st.booleans(), threshold=st.sampled_from([0.01, 0.3, 0.5, 0.9]), iou=st.sampled_from([0.05, 0.45, 0.99]),
    agnostic=st.booleans(), most=st.sampled_from([1, 7, 300]), seed=st.integers(0, 999),
    size=st.sampled_from([(48, 48), (48, 40), (30, 48), (100, 77)]), override=st.booleans(),
)  # fmt: skip
def test_boxes(
    isa: str, decoder: str, kinds: int, dtype: str, scale: float, flat: bool, threshold: float, iou: float,
    agnostic: bool, most: int, seed: int, size: tuple[int, int], override: bool,
) -> None:  # fmt: skip
    graph, levels = detector(decoder, kinds, dtype, scale, flat)
    output = {
        "kind": "boxes", "decoder": decoder, "levels": levels, "threshold": 0.4 if override else threshold, "iou": iou,
        "class_agnostic": agnostic, "max_boxes": most, "bins": 8 if decoder == "bins" else None,
    }  # fmt: skip
    check(graph, output, isa, seed, size, threshold if override else None)


def check(
    graph: Graph,
    output: dict[str, Any],
    isa: str,
    seed: int,
    size: tuple[int, int],
    threshold: float | None = None,
) -> Result:
    # A step of a pixel is one of the stored integers, whatever the scale.
    image = {**PIXEL, "mean": 128, "std": 1 / float(graph.tensors[0].quantization.scale)}  # type: ignore[union-attr]
    processing = Processing.model_validate({"inputs": [image], "output": output})
    model = opened(graph, processing, isa)
    (picture,) = pictures(*size, True, seed, count=1)
    arrays, fit = prepare_inputs(processing, model.inputs, picture)
    out = model.allocate_outputs()
    model.run(arrays, out)
    expected = read_outputs(processing.output, model.outputs, out, fit, LABELS, threshold=threshold)
    given_result = model.process(picture, threshold=threshold)
    same(given_result, expected)
    return given_result


FLOAT_OUTPUTS: dict[str, tuple[list[tuple[int, ...]], dict[str, Any]]] = {
    "boxes": (
        [(1, 6, 6, 3), (1, 6, 6, 4)],
        {"decoder": "distances", "threshold": 0.4, "levels": [{"classes": 0, "boxes": 1, "stride_px": 8}]},
    ),
    "bins": (
        [(1, 6, 6, 3), (1, 6, 6, 16)],
        {"decoder": "bins", "bins": 4, "threshold": 0.4, "levels": [{"classes": 0, "boxes": 1, "stride_px": 8}]},
    ),
    "centre_size": (
        [(1, 6, 6, 3), (1, 6, 6, 4), (1, 6, 6, 1)],
        {
            "decoder": "centre_size", "threshold": 0.2,
            "levels": [{"classes": 0, "boxes": 1, "objectness": 2, "stride_px": 8}],
        },
    ),
    "peaks": ([(1, 12, 12, 3)], {"stride_px": 4, "threshold": 0.4}),
    "classes": ([(1, 11)], {"softmax": True}),
    "scores": ([(1, 11)], {"softmax": False}),
    "anomaly": ([(1, 9, 7, 1)], {"threshold": 1.5, "score": "mean"}),
    "segmentation": ([(1, 5, 4, 3)], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", FLOAT_OUTPUTS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), hostile=st.booleans(), spread=st.sampled_from([20.0, 60.0, 0.5]))
def test_float_models(name: str, seed: int, hostile: bool, spread: float) -> None:
    """Inputs and outputs in float32, some of them infinite or no numbers."""
    shapes, more = FLOAT_OUTPUTS[name]
    kind = {"bins": "boxes", "centre_size": "boxes", "scores": "classes"}.get(name, name)
    graph = float_graph((SIDE, SIDE, 3), shapes, hostile=hostile)
    image = {**PIXEL, "fit": "stretch", "mean": (128, 120, 127), "std": spread}
    processing = Processing.model_validate({"inputs": [image], "output": {"kind": kind, **more}})
    model = opened(graph, processing, ISAS[0])
    (picture,) = pictures(60, 50, True, seed, count=1)
    arrays, fit = prepare_inputs(processing, model.inputs, picture)
    np.testing.assert_array_equal(model.prepare(picture)[0], arrays[0])
    out = model.allocate_outputs()
    model.run(arrays, out)
    assert not hostile or any(not np.isfinite(array).all() for array in out)
    same(model.process(picture), read_outputs(processing.output, model.outputs, out, fit, LABELS))


def test_the_boxes_are_not_all_empty() -> None:
    graph, levels = detector("distances", 3, "int8", 0.05, False)
    output = {"kind": "boxes", "decoder": "distances", "levels": levels, "threshold": 0.5}
    boxes = check(graph, output, ISAS[0], 1, (48, 48)).boxes
    assert boxes is not None
    assert len(boxes) > 3
    assert boxes.scores.tolist() == sorted(boxes.scores.tolist(), reverse=True)
    assert {box.label for box in boxes} == set(LABELS)


def test_more_candidates_than_are_decoded() -> None:
    """All 5184 cells reach the threshold: the 4096 best count."""
    graph = picture_graph((144, 144, 3), [(1, 72, 72, 1), (1, 72, 72, 4)], scale=0.05)
    levels = [{"classes": 0, "boxes": 1, "stride_px": 2}]
    output = {"kind": "boxes", "decoder": "distances", "levels": levels, "threshold": 0.001, "iou": 1.0}
    boxes = check(graph, output, ISAS[0], 2, (144, 144)).boxes
    assert boxes is not None
    assert 200 < len(boxes) <= 300


@pytest.mark.parametrize("isa", ISAS)
@settings(max_examples=60, deadline=None)
@given(
    dtype=st.sampled_from(["int8", "uint8"]), threshold=st.sampled_from([0.01, 0.5, 0.99]), reach=st.integers(0, 3),
    most=st.sampled_from([1, 5, 300]), seed=st.integers(0, 999), flat=st.booleans(),
    size=st.sampled_from([(48, 48), (48, 20), (100, 77)]), kinds=st.sampled_from([1, 3]),
)  # fmt: skip
def test_peaks(
    isa: str, dtype: str, threshold: float, reach: int, most: int, seed: int, flat: bool, size: tuple[int, int],
    kinds: int,
) -> None:  # fmt: skip
    shape = (1, 144, kinds) if flat else (1, 12, 12, kinds)
    graph = picture_graph((SIDE, SIDE, 3), [shape], scale=0.05, zero_point=3, dtype=dtype)
    output = {
        "kind": "peaks",
        "stride_px": 4,
        "threshold": threshold,
        "neighbourhood": reach,
        "max_peaks": most,
    }
    check(graph, output, isa, seed, size)


@settings(max_examples=40, deadline=None)
@given(
    softmax=st.booleans(),
    top=st.integers(1, 20),
    seed=st.integers(0, 999),
    scale=st.sampled_from([0.01, 1.0]),
)
def test_classes(softmax: bool, top: int, seed: int, scale: float) -> None:
    graph = picture_graph((SIDE, SIDE, 3), [(1, 1), (1, 1, 1, 11)], scale=scale, zero_point=3)
    check(graph, {"kind": "classes", "tensor": 1, "softmax": softmax, "top": top}, ISAS[0], seed, (48, 48))


@settings(max_examples=40, deadline=None)
@given(
    score=st.sampled_from(["max", "mean"]), shape=st.sampled_from([(1, 9, 7, 1), (1, 5), (1, 1), (2, 3, 4)]),
    threshold=st.sampled_from([None, -1.0, 0.5]), seed=st.integers(0, 999), dtype=st.sampled_from(["int8", "uint8"]),
)  # fmt: skip
def test_anomaly(score: str, shape: tuple[int, ...], threshold: float | None, seed: int, dtype: str) -> None:
    graph = picture_graph((SIDE, SIDE, 3), [shape], scale=0.05, zero_point=3, dtype=dtype)
    check(graph, {"kind": "anomaly", "score": score, "threshold": 2.5}, ISAS[0], seed, (48, 48), threshold)


@settings(max_examples=30, deadline=None)
@given(kinds=st.integers(2, 256), seed=st.integers(0, 999), dtype=st.sampled_from(["int8", "uint8"]))
def test_segmentation(kinds: int, seed: int, dtype: str) -> None:
    graph = picture_graph((SIDE, SIDE, 3), [(1, 5, 4, kinds)], scale=0.05, zero_point=3, dtype=dtype)
    check(graph, {"kind": "segmentation"}, ISAS[0], seed, (48, 48))


def pair_model(fit: str = "exact") -> Model:
    image = {"source": "pair", "colour": "grey", "mean": 128, "std": 128, "fit": fit}
    processing = Processing.model_validate({"inputs": [image], "output": {"kind": "anomaly", "threshold": 1}})
    graph = picture_graph((16, 12, 2), [(1, 16, 12, 1)], scale=1 / 128)
    return opened(graph, processing, ISAS[0])


def test_a_frame_brings_its_reference() -> None:
    model = pair_model()
    assert model.processing is not None
    assert model.processing.needs_reference
    picture, reference = pictures(12, 16, False, 1)
    frame = Frame(picture, Timestamp(0, *_host()), 1, reference)
    same(model.process(frame), model.process(picture, reference))
    with pytest.raises(InputError, match="with a reference, and none was given"):
        model.process(picture)


def _host() -> tuple[Any, Any]:
    from aiedge.types import ClockDomain, TimeSource

    return ClockDomain.HOST_MONOTONIC, TimeSource.ARRIVAL


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (np.zeros((16, 13), np.uint8), "13 x 16 px, the model takes 12 x 16"),
        (np.zeros((16, 12), np.int8), "not uint8"),
        (np.zeros((16, 12, 2), np.uint8), "neither"),
        (np.zeros((16,), np.uint8), "neither"),
        (np.zeros((0, 12), np.uint8), "1 to 16384"),
        (np.zeros((1, 16385), np.uint8), "1 to 16384"),
    ],
)
def test_pictures_that_are_refused(picture: NDArray[Any], reason: str) -> None:
    model = pair_model()
    for call in (model.process, model.prepare):
        with pytest.raises(InputError, match=reason):
            call(picture, picture)


def test_references_that_are_refused() -> None:
    model = pair_model("stretch")
    with pytest.raises(InputError, match="not of one size"):
        model.process(np.zeros((16, 12), np.uint8), np.zeros((16, 13), np.uint8))


def test_strides_that_are_copied() -> None:
    model = pair_model()
    picture, reference = pictures(24, 32, False, 5)
    same(
        model.process(picture[::-2, ::2], reference[::2, ::-2]),
        model.process(picture[::-2, ::2].copy(), reference[::2, ::-2].copy()),
    )


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.1, float("nan")])
def test_thresholds_that_are_refused(threshold: float) -> None:
    graph = picture_graph((SIDE, SIDE, 3), [(1, 12, 12, 1)])
    output = {"kind": "peaks", "stride_px": 4, "threshold": 0.5}
    model = opened(graph, Processing.model_validate({"inputs": [PIXEL], "output": output}), ISAS[0])
    with pytest.raises(InputError, match="threshold"):
        model.process(np.zeros((4, 4, 3), np.uint8), threshold=threshold)


def test_a_model_without() -> None:
    model = Model(load("test", write_bundle(picture_graph((4, 4, 3), [(1, 4)])), 1))
    assert model.processing is None
    with pytest.raises(InputError, match="AIE-MOD-118"):
        model.process(np.zeros((4, 4, 3), np.uint8))
