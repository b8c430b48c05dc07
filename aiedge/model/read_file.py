"""A model file's bytes, read whole, up to the size that aiedge takes."""

from __future__ import annotations

from pathlib import Path

from aiedge.errors import ModelError
from aiedge.model.ir.limits import MAX_FILE_BYTES

MODEL_SUFFIXES = (".aie", ".tflite")


def read_model_file(path: Path) -> bytes:
    """The bytes of a ``.aie`` or ``.tflite`` file, unchecked.

    Blocks on the disk. Raises ModelError when the suffix is another, or the file too large or not readable.
    """
    if path.suffix not in MODEL_SUFFIXES:
        raise ModelError("AIE-MOD-002", where=str(path), suffix=path.name)
    try:
        size_bytes = path.stat().st_size
        if size_bytes > MAX_FILE_BYTES:
            raise ModelError(
                "AIE-MOD-003", where=str(path), size_bytes=size_bytes, limit_bytes=MAX_FILE_BYTES
            )
        return path.read_bytes()
    except OSError as error:
        raise ModelError("AIE-MOD-001", where=str(path), reason=error.strerror or error) from error
