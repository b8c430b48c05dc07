"""The sections PREP and POST: what is written is read again, and nothing that does not fit is written or read."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from processing_graphs import picture_graph

from aiedge.errors import ModelError
from aiedge.model.ir.graph import Graph
from aiedge.model.processing import (
    POST,
    PREP,
    Anomaly,
    Boxes,
    Classes,
    ImageInput,
    Peaks,
    Processing,
    Segmentation,
    decode,
    encode,
)

GRAPH = picture_graph(
    (32, 32, 3),
    [(1, 4, 4, 5), (1, 4, 4, 4), (1, 16, 1), (1, 2, 2, 5), (1, 4, 64), (1, 7), (1, 4, 4, 1)],
    names=["classes", "boxes", "objectness"],
)
RGB = {"mean": (0.0,), "std": (255.0,)}


@dataclass
class Sections:
    graph: Graph
    sections: Mapping[bytes, bytes]


def processing(output: Mapping[str, Any], image: Mapping[str, Any] = RGB) -> Processing:
    return Processing.model_validate({"inputs": [dict(image)], "output": dict(output)})


def boxes(**more: Any) -> dict[str, Any]:
    level = {"classes": 0, "boxes": 1, "stride_px": 8}
    return {"kind": "boxes", "decoder": "distances", "levels": [level], "threshold": 0.3, **more}


def written(described: Processing, graph: Graph = GRAPH) -> dict[bytes, bytes]:
    sections = encode(described, graph)
    assert {kind: flags for kind, (flags, _) in sections.items()} == {PREP: 1, POST: 1}
    return {kind: content for kind, (_, content) in sections.items()}


GOOD = [
    processing(boxes()),
    processing(boxes(levels=[{"classes": "classes", "boxes": "boxes", "objectness": "objectness", "stride_px": 8}],
                     decoder="centre_size", iou=0.65, class_agnostic=True, max_boxes=7)),
    processing(boxes(levels=[{"classes": 3, "boxes": 4, "stride_px": 16}], decoder="bins", bins=16)),
    processing({"kind": "classes", "tensor": 5, "softmax": True, "top": 3}),
    processing({"kind": "classes", "tensor": 5, "softmax": False}),
    processing({"kind": "peaks", "stride_px": 8, "threshold": 0.7, "neighbourhood": 0, "max_peaks": 9}),
    processing({"kind": "anomaly", "tensor": 6, "threshold": -3.25, "score": "mean"}),
    processing({"kind": "segmentation", "tensor": 0}),
    processing(boxes(), {"fit": "crop", "interpolation": "area", "colour": "bgr", "pad": 7,
                         "mean": (1.5, 2.0, 3.0), "std": (0.1, 2.0, 3.0)}),
]  # fmt: skip


@pytest.mark.parametrize("described", GOOD, ids=lambda described: described.output.kind)
def test_what_is_written_is_read(described: Processing) -> None:
    sections = written(described)
    read = decode(Sections(GRAPH, sections))
    assert read is not None
    assert written(read) == sections
    assert [image.means for image in read.inputs] == [image.means for image in described.inputs]
    by_index = {"classes": 0, "boxes": 1, "objectness": 2}
    named = described.output.model_dump()
    for level in named.get("levels", ()):
        level.update({key: by_index.get(value, value) for key, value in level.items()})
    assert read.output.model_dump() == named


def test_a_bundle_without() -> None:
    assert decode(Sections(GRAPH, {})) is None


@pytest.mark.parametrize(
    ("output", "place", "text"),
    [
        (
            boxes(levels=[{"classes": 9, "boxes": 1, "stride_px": 8}]),
            "output.levels[0].classes",
            "no output 9",
        ),
        (
            boxes(levels=[{"classes": "x", "boxes": 1, "stride_px": 8}]),
            "output.levels[0].classes",
            "'x'; they are",
        ),
        (
            boxes(levels=[{"classes": 0, "boxes": 0, "stride_px": 8}]),
            "output.levels[0].boxes",
            "(1, 4, 4, 4)",
        ),
        (
            boxes(levels=[{"classes": 0, "boxes": 1, "stride_px": 4}]),
            "output.levels[0].classes",
            "(1, 8, 8, channels)",
        ),
        (
            boxes(
                levels=[
                    {"classes": 0, "boxes": 1, "stride_px": 8},
                    {"classes": 6, "boxes": 1, "stride_px": 8},
                ]
            ),
            "output.levels",
            "different numbers of classes",
        ),
        ({"kind": "classes", "softmax": True}, "output.tensor", "not (1, classes)"),
        ({"kind": "segmentation", "tensor": 6}, "output.tensor", "2 to 256 classes"),
        (
            {"kind": "peaks", "tensor": 5, "stride_px": 8, "threshold": 0.5},
            "output.tensor",
            "(1, 4, 4, channels)",
        ),
    ],
)
def test_outputs_that_do_not_fit(output: dict[str, Any], place: str, text: str) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-115") as caught:
        encode(processing(output), GRAPH)
    assert caught.value.where == place
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("image", "text"),
    [({"source": "pair", "colour": "grey", **RGB}, "2 channels"), ({"colour": "grey", **RGB}, "1 channels")],
)
def test_inputs_that_do_not_fit(image: dict[str, Any], text: str) -> None:
    with pytest.raises(ModelError, match=text):
        encode(processing(boxes(), image), GRAPH)


def test_as_many_inputs_as_the_graph_has() -> None:
    two = Processing(inputs=(ImageInput(**RGB), ImageInput(**RGB)), output=Segmentation(kind="segmentation"))
    with pytest.raises(ModelError, match="describes 2 inputs, the model has 1"):
        encode(two, GRAPH)


@pytest.mark.parametrize("described", GOOD, ids=lambda described: described.output.kind)
@settings(deadline=None)
@given(data=st.data())
def test_damaged_sections(described: Processing, data: st.DataObject) -> None:
    """Any change of a byte gives another valid processing, or one error."""
    sections = written(described)
    kind = data.draw(st.sampled_from([PREP, POST]))
    content = bytearray(sections[kind])
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    damaged = {**sections, kind: bytes(content)}
    try:
        read = decode(Sections(GRAPH, damaged))
    except ModelError as error:
        event(error.code)
    else:
        assert read is not None
        assert written(read) == damaged


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 79])
def test_cut_off_sections(cut: int) -> None:
    sections = written(GOOD[0])
    for kind, content in sections.items():
        with pytest.raises(ModelError, match="AIE-MOD-116"):
            decode(Sections(GRAPH, {**sections, kind: content[:cut]}))
        with pytest.raises(ModelError, match="AIE-MOD-116"):
            decode(Sections(GRAPH, {**sections, kind: content + b"\0"}))
        with pytest.raises(ModelError, match="one of the sections"):
            decode(Sections(GRAPH, {kind: content}))


def test_no_number_is_no_threshold() -> None:
    sections = written(processing({"kind": "anomaly", "tensor": 6, "threshold": 1.0}))
    for value in (math.nan, math.inf, 1e10):
        content = bytearray(sections[POST])
        struct.pack_into("<f", content, 8, value)
        with pytest.raises(ModelError, match="AIE-MOD-116"):
            decode(Sections(GRAPH, {**sections, POST: bytes(content)}))


def test_the_kinds_are_all_tested() -> None:
    assert {type(described.output) for described in GOOD} == {Anomaly, Boxes, Classes, Peaks, Segmentation}
