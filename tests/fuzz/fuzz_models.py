"""Feeds model files to the importers and bundles to the Python reader, guided by coverage (atheris, libFuzzer).

``python tests/fuzz/fuzz_models.py [libFuzzer options] CORPUS...``; tools/fuzz.py runs it. Whatever comes out but a
ModelError is a finding.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

with atheris.instrument_imports(include=["aiedge.model"]):
    from aiedge.errors import ModelError
    from aiedge.model.bundle import read_bundle
    from aiedge.model.compile import compile_bytes

from bundle_patch import seal

BUNDLE = b"\x89AIE"
TFLITE = b"TFL3"
HEADER_BYTES = 64


def read_one(data: bytes) -> None:
    """A bundle is read with its hash made right, so that what lies behind it is reached."""
    try:
        if data.startswith(BUNDLE):
            read_bundle(seal(data) if len(data) >= HEADER_BYTES else data)
        elif data[4:8] == TFLITE:
            compile_bytes(data, "fuzzed.tflite")
        else:
            compile_bytes(data, "fuzzed.onnx")
    except ModelError:
        pass  # a refusal is what hostile bytes are to get


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_one)
    atheris.Fuzz()
