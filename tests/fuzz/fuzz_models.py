"""Feeds model files to the importers and bundles to the Python reader, guided by coverage (atheris, libFuzzer).

``python tests/fuzz/fuzz_models.py [libFuzzer options] CORPUS...``; tools/fuzz.py runs it. Whatever comes out but a
ModelError is a finding.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["aiedge.model", "aiedge.trust"]):
    from aiedge.clock import FakeClock
    from aiedge.errors import ModelError, SignatureError
    from aiedge.model.bundle import read_bundle
    from aiedge.model.bundle.container import read_container
    from aiedge.model.bundle.golden import read_golden
    from aiedge.model.bundle.provenance import read_provenance
    from aiedge.model.compile import compile_bytes
    from aiedge.trust.verify import verify_signature

from bundle_patch import seal
from signed_bundles import trusted_keys

BUNDLE = b"\x89AIE"
TFLITE = b"TFL3"
HEADER_BYTES = 64
SIGNATURE_BYTES = 128
KEYS = trusted_keys()


def read_whole_bundle(data: bytes) -> None:
    """The signature, which is judged before anything else is read, the graph, and what belongs to it."""
    try:
        container = read_container(data, "fuzzed.aie")
        verify_signature(data, container, "fuzzed.aie", data[-SIGNATURE_BYTES:], KEYS, FakeClock())
    except SignatureError:
        pass  # it holds for the seeds alone; what is behind it is hostile all the same
    bundle = read_bundle(data, "fuzzed.aie")
    if b"GOLD" in bundle.sections:
        read_golden(bundle.sections[b"GOLD"], bundle.graph, "fuzzed.aie")
    if b"PROV" in bundle.sections:
        read_provenance(bundle.sections[b"PROV"], "fuzzed.aie")


def read_one(data: bytes) -> None:
    """A bundle is read with its hash made right, so that what lies behind it is reached."""
    try:
        if data.startswith(BUNDLE):
            read_whole_bundle(seal(data) if len(data) >= HEADER_BYTES else data)
        elif data[4:8] == TFLITE:
            compile_bytes(data, "fuzzed.tflite")
        else:
            compile_bytes(data, "fuzzed.onnx")
    except ModelError:
        pass  # a refusal is what hostile bytes are to get


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_one)
    atheris.Fuzz()
