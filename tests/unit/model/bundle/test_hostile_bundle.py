"""Damaged and hostile bundles: each ends in a ModelError or in a valid bundle, with little memory."""

from __future__ import annotations

import struct
from collections import Counter

import pytest
from bundle_patch import SECTION_TABLE, resealed, with_section
from float_network import float_network
from mutations import memory_limit, mutations
from signed_bundles import OURS, trusted_keys
from tflite_models import everything

from aiedge.clock import FakeClock
from aiedge.errors import ModelError
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.bundle.container import read_container
from aiedge.model.bundle.golden import make_golden, random_inputs, read_golden
from aiedge.model.bundle.provenance import read_provenance
from aiedge.model.compile import import_model
from aiedge.trust.sign import sign_inside
from aiedge.trust.verify import verify_signature

_MEMORY_BYTES = 64 << 20


@pytest.fixture(scope="module", params=["int8", "float32"])
def bundle(request: pytest.FixtureRequest) -> bytes:
    graph = float_network() if request.param == "float32" else import_model(everything(), "everything")
    golden = make_golden(graph, random_inputs(graph, 2, 1))
    extras = {b"PROV": (0, b'{"command":"compile"}'), b"GOLD": (0, golden)}
    return sign_inside(write_bundle(graph, ["a", "b"], {"producer": "test"}, extras), "everything", OURS)


def test_mutations_are_found_by_the_hash(bundle: bytes) -> None:
    for mutated in mutations(bundle, count=500, seed=2026):
        if mutated != bundle:
            with pytest.raises(ModelError):
                read_bundle(mutated)


def test_sealed_mutations_end_in_an_error_or_a_bundle(bundle: bytes) -> None:
    endings: Counter[str] = Counter()
    with memory_limit(_MEMORY_BYTES):
        for mutated in mutations(bundle, count=1000, seed=2027):
            endings[_ending(resealed(mutated))] += 1
    assert endings["no place"] == 0
    assert endings["bundle"] > 20
    assert len(endings) > 10


def test_sealed_mutations_of_the_graph(bundle: bytes) -> None:
    # most bytes are constants; here every mutation hits the section table, the records or the names
    end = struct.unpack_from("<Q", bundle, SECTION_TABLE + 2 * 32 + 8)[0]
    endings: Counter[str] = Counter()
    with memory_limit(_MEMORY_BYTES):
        for mutated in mutations(bundle[:end], count=1000, seed=2028):
            endings[_ending(resealed(mutated + bundle[end:]))] += 1
    assert endings["no place"] == 0
    assert len(endings) > 20


def test_no_mutation_is_signed(bundle: bytes) -> None:
    endings: Counter[str] = Counter()
    for mutated in mutations(bundle, count=1000, seed=2029):
        data = resealed(mutated)
        try:
            container = read_container(data, "mutated")
            signature = verify_signature(data, container, "mutated", None, trusted_keys(), FakeClock())
        except ModelError as error:
            endings[error.code] += 1
        else:
            assert signature is None or data == bundle
    assert len(endings) > 3
    assert endings["AIE-MOD-101"] > 300


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "cannot be parsed"),
        (b"[1]", "no JSON object"),
        (b"\xff", "cannot be parsed"),
        (b"[" * 100000, "parsed"),
    ],
)
def test_notes_that_are_none(content: bytes, text: str) -> None:
    plain = write_bundle(import_model(everything(), "everything"))
    with pytest.raises(ModelError, match=text):
        read_bundle(with_section(plain, b"META", 0, content))


def _ending(data: bytes) -> str:
    try:
        bundle = read_bundle(data, "mutated")
        if b"GOLD" in bundle.sections:
            read_golden(bundle.sections[b"GOLD"], bundle.graph, "mutated")
        if b"PROV" in bundle.sections:
            read_provenance(bundle.sections[b"PROV"], "mutated")
    except ModelError as error:
        return error.code + error.what[:60] if error.where else "no place"
    return "bundle"
