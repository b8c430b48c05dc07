"""Bundles: what is written is what is read, and the layout is the documented one."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pytest
from bundle_patch import SECTION_TABLE, BundlePatch, resealed, with_section
from tflite_models import everything

from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph
from aiedge.model.ir.text import to_text

LABELS = ("open", "kurz geschlossen", "缺口")


@pytest.fixture(scope="module", params=["int8", "uint8"])
def graph(request: pytest.FixtureRequest) -> Graph:
    return import_model(everything(request.param), "everything")


def test_round_trip(graph: Graph) -> None:
    bundle = read_bundle(write_bundle(graph, LABELS, {"producer": "test", "source": "ä"}))
    assert to_text(bundle.graph) == to_text(graph)
    for read, written in zip(bundle.graph.tensors, graph.tensors, strict=True):
        if written.data is not None:
            np.testing.assert_array_equal(read.data, written.data)
    assert bundle.labels == LABELS
    assert bundle.meta == {"producer": "test", "source": "ä"}


def test_the_same_graph_gives_the_same_bytes(graph: Graph) -> None:
    again = read_bundle(write_bundle(graph)).graph
    assert write_bundle(again, LABELS, {"b": 1, "a": 2}) == write_bundle(graph, LABELS, {"a": 2, "b": 1})


def test_without_labels_and_notes(graph: Graph) -> None:
    bundle = read_bundle(write_bundle(graph))
    assert bundle.labels == ()
    assert bundle.meta == {}


def test_the_header(graph: Graph) -> None:
    data = write_bundle(graph)
    magic, major, minor, header, size, sections, reserved = struct.unpack_from("<8sHHIQII", data)
    assert magic == bytes.fromhex("894149450D0A1A0A")
    assert (major, minor, header, size, sections, reserved) == (1, 1, 64, len(data), 3, 0)
    assert data[32:64] == hashlib.sha256(data[:32] + bytes(32) + data[64:]).digest()


def test_sections_are_aligned_and_the_gaps_are_zero(graph: Graph) -> None:
    data = write_bundle(graph, LABELS, {"a": 1})
    end = SECTION_TABLE + 5 * 32
    names = []
    for index in range(5):
        kind, flags, offset, size, reserved = struct.unpack_from("<4sIQQQ", data, SECTION_TABLE + 32 * index)
        names.append(kind)
        assert offset % 64 == 0
        assert not any(data[end:offset])
        assert (flags, reserved) == (int(kind in (b"GRPH", b"STRS", b"DATA")), 0)
        end = offset + size
    assert names == [b"GRPH", b"STRS", b"DATA", b"LABL", b"META"]
    assert end == len(data)


def test_constants_are_aligned(graph: Graph) -> None:
    data = write_bundle(graph)
    start = np.frombuffer(data, np.uint8).__array_interface__["data"][0]
    for tensor in read_bundle(data).graph.tensors:
        if tensor.data is not None:
            assert (tensor.data.__array_interface__["data"][0] - start) % 64 == 0


EXTRAS = {
    b"SIGN": (0, bytes(128)),
    b"PREP": (1, b"pre"),
    b"GOLD": (0, b"\x01" * 130),
    b"POST": (1, b""),
    b"PROV": (0, b"{}"),
}


def test_extra_sections_stand_in_order_and_are_read(graph: Graph) -> None:
    data = write_bundle(graph, LABELS, extras=EXTRAS)
    entries = [struct.unpack_from("<4sI", data, SECTION_TABLE + 32 * index) for index in range(4, 9)]
    assert entries == [(b"PREP", 1), (b"POST", 1), (b"PROV", 0), (b"GOLD", 0), (b"SIGN", 0)]
    assert read_bundle(data).sections == {kind: content for kind, (_, content) in EXTRAS.items()}
    assert read_bundle(write_bundle(graph)).sections == {}


@pytest.mark.parametrize("count", range(6))
def test_there_is_room_for_a_signature(graph: Graph, count: int) -> None:
    extras = {kind: EXTRAS[kind] for kind in sorted(EXTRAS)[:count]}
    data = write_bundle(graph, extras=extras)
    (first,) = struct.unpack_from("<Q", data, SECTION_TABLE + 8)
    assert SECTION_TABLE + 32 * (3 + count + 1) <= first


def test_nothing_stands_behind_a_signature(graph: Graph) -> None:
    signed = write_bundle(graph, extras={b"SIGN": (0, bytes(128))})
    with pytest.raises(ModelError, match=r"AIE-MOD-011.*behind the signature"):
        read_bundle(with_section(signed, b"FUTR", flags=0, content=b"x"))


@pytest.mark.parametrize(("kind", "most"), [(b"PROV", 1 << 20), (b"GOLD", 1 << 24), (b"SIGN", 1 << 12)])
def test_extra_sections_have_a_greatest_size(graph: Graph, kind: bytes, most: int) -> None:
    assert len(read_bundle(write_bundle(graph, extras={kind: (0, bytes(most))})).sections[kind]) == most
    with pytest.raises(ModelError, match="AIE-MOD-096"):
        write_bundle(graph, extras={kind: (0, bytes(most + 1))})
    with pytest.raises(ModelError, match=f"AIE-MOD-011.*{most} are allowed"):
        read_bundle(with_section(write_bundle(graph), kind, flags=0, content=bytes(most + 1)))


def test_a_section_that_no_bundle_has_is_not_written(graph: Graph) -> None:
    with pytest.raises(ValueError, match="FUTR"):
        write_bundle(graph, extras={b"FUTR": (0, b"")})


def test_an_unknown_optional_section_is_skipped(graph: Graph) -> None:
    data = with_section(write_bundle(graph), b"FUTR", flags=0, content=b"whatever")
    assert to_text(read_bundle(data).graph) == to_text(graph)


def test_an_unknown_required_section_is_refused(graph: Graph) -> None:
    data = with_section(write_bundle(graph), b"FUTR", flags=1, content=b"whatever")
    with pytest.raises(ModelError, match=r"AIE-MOD-013.*FUTR"):
        read_bundle(data)


def test_a_newer_minor_is_read_and_a_newer_major_refused(graph: Graph) -> None:
    data = bytearray(write_bundle(graph))
    struct.pack_into("<HH", data, 8, 1, 7)
    assert read_bundle(resealed(data)).graph.name == "everything"
    struct.pack_into("<HH", data, 8, 2, 0)
    with pytest.raises(ModelError, match="AIE-MOD-012"):
        read_bundle(resealed(data))


def test_what_a_newer_minor_has_added_is_refused_as_newer(graph: Graph) -> None:
    patch = BundlePatch(write_bundle(graph))
    patch.put("I", patch.node(0), 9999)
    with pytest.raises(ModelError, match=r"AIE-MOD-011.*operation 9999"):
        read_bundle(patch.sealed())
    with pytest.raises(ModelError, match=r"AIE-MOD-095.*format 1\.7.*operation 9999.*Install a newer"):
        read_bundle(patch.put("H", 10, 7).sealed())


def test_another_arithmetic_is_refused(graph: Graph) -> None:
    data = write_bundle(graph).replace(b"aiedge-1", b"aiedge-9")
    with pytest.raises(ModelError, match=r"AIE-MOD-014.*aiedge-9"):
        read_bundle(resealed(data))


def test_a_flipped_bit_is_found(graph: Graph) -> None:
    data = bytearray(write_bundle(graph))
    data[-1] ^= 1
    with pytest.raises(ModelError, match=r"AIE-MOD-011.*hash"):
        read_bundle(bytes(data), "line.aie")


@pytest.mark.parametrize("label", ["two\nlines", "tab\t", "\x1b[2J"])
def test_a_label_must_fit_one_line(graph: Graph, label: str) -> None:
    with pytest.raises(ModelError, match="AIE-MOD-015"):
        write_bundle(graph, ["fine", label])


def test_a_graph_that_is_not_valid_is_not_written(graph: Graph) -> None:
    broken = Graph(graph.name, graph.tensors, graph.nodes[::-1], graph.inputs, graph.outputs)
    with pytest.raises(ModelError, match="AIE-MOD-009"):
        write_bundle(broken)
