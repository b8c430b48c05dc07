"""Hostile sections PREP and POST: the native validator takes what the Python reader takes, and nothing else."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from processing_graphs import picture_graph

from aiedge import _native
from aiedge.errors import ModelError
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph
from aiedge.model.processing import POST, PREP, Processing, decode, encode

GRAPH = picture_graph((32, 32, 3), [(1, 4, 4, 3), (1, 4, 4, 4), (1, 4, 4, 1), (1, 16, 8), (1, 7)])
LEVEL = {"classes": 0, "boxes": 1, "stride_px": 8}
OUTPUTS: dict[str, dict[str, Any]] = {
    "distances": {"kind": "boxes", "decoder": "distances", "levels": [LEVEL, LEVEL], "threshold": 0.3},
    "centre_size": {
        "kind": "boxes", "decoder": "centre_size", "levels": [{**LEVEL, "objectness": 2}], "threshold": 0.3,
    },
    "bins": {"kind": "boxes", "decoder": "bins", "bins": 2, "levels": [{**LEVEL, "boxes": 3}], "threshold": 0.3},
    "classes": {"kind": "classes", "tensor": 4, "softmax": True},
    "peaks": {"kind": "peaks", "stride_px": 8, "threshold": 0.3},
    "anomaly": {"kind": "anomaly", "tensor": 2, "threshold": 0.3},
    "segmentation": {"kind": "segmentation"},
}  # fmt: skip


@dataclass
class Sections:
    graph: Graph
    sections: Mapping[bytes, bytes]


def sections_of(name: str) -> dict[bytes, bytes]:
    image = {"colour": "rgb", "mean": 128, "std": 4}
    processing = Processing.model_validate({"inputs": [image], "output": OUTPUTS[name]})
    return {kind: content for kind, (_, content) in encode(processing, GRAPH).items()}


def refusal(sections: Mapping[bytes, bytes]) -> str | None:
    """What the native core says, None when it takes the bundle."""
    bundle = write_bundle(GRAPH, extras={kind: (1, content) for kind, content in sections.items()})
    try:
        model = _native.Model(bundle)
    except ModelError as error:
        return str(error)
    assert model.processing is not None
    return None


def taken(sections: Mapping[bytes, bytes]) -> bool:
    """Whether the Python reader takes them."""
    try:
        decode(Sections(GRAPH, sections))
    except ModelError:
        return False
    return True


@pytest.mark.parametrize("name", OUTPUTS)
def test_good(name: str) -> None:
    sections = sections_of(name)
    assert taken(sections)
    assert refusal(sections) is None


@pytest.mark.parametrize("name", OUTPUTS)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged(name: str, data: st.DataObject) -> None:
    sections = sections_of(name)
    for _ in range(data.draw(st.integers(1, 2))):
        kind = data.draw(st.sampled_from([PREP, POST]))
        content = bytearray(sections[kind])
        place = data.draw(st.integers(0, len(content) // 4 - 1)) * 4
        word = st.one_of(
            st.sampled_from(
                [b"\0\0\0\0", b"\1\0\0\0", b"\2\0\0\0", b"\xff\xff\xff\xff", b"\0\0\xc0\x7f", b"\0\0\0\x80"]
            ),
            st.binary(min_size=4, max_size=4),
            st.floats(width=32).map(lambda value: struct.pack("<f", value)),
        )
        content[place : place + 4] = data.draw(word)
        sections[kind] = bytes(content)
    takes = taken(sections)
    event(f"taken: {takes}")
    assert (refusal(sections) is None) == takes


@pytest.mark.parametrize("name", OUTPUTS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_cut_off_or_longer(name: str, data: st.DataObject) -> None:
    sections = sections_of(name)
    kind = data.draw(st.sampled_from([PREP, POST]))
    content = sections[kind]
    sections[kind] = content[: data.draw(st.integers(0, len(content) - 1))] + data.draw(st.binary(max_size=3))
    assert (refusal(sections) is None) == taken(sections)


def test_one_alone() -> None:
    sections = sections_of("peaks")
    for kind in (PREP, POST):
        assert "one of the sections PREP and POST is missing" in str(refusal({kind: sections[kind]}))


@pytest.mark.parametrize(
    ("name", "kind", "place", "word", "text"),
    [
        ("peaks", PREP, 0, 2, "bundle: PREP: The native"),
        ("peaks", PREP, 16, 1, "a record is not that of the input"),
        ("peaks", POST, 0, 6, "the kind is unknown"),
        ("peaks", POST, 64, 99, "POST: level 0: The native"),
        ("bins", POST, 28, 65, "the bins are not 2 to 64"),
        ("distances", POST, 32, 17, "the number of levels"),
        ("distances", POST, 108, 4, "POST: level 1: The native"),
    ],
)
def test_the_place_is_named(name: str, kind: bytes, place: int, word: int, text: str) -> None:
    sections = sections_of(name)
    content = bytearray(sections[kind])
    content[place : place + 4] = word.to_bytes(4, "little")
    assert text in str(refusal({**sections, kind: bytes(content)}))
