"""A model file's bytes, read whole, up to the size that aiedge takes."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from aiedge.errors import ModelError
from aiedge.model.ir.limits import MAX_FILE_BYTES
from aiedge.open_file import open_file

MODEL_SUFFIXES = (".aie", ".tflite", ".onnx")


def read_model_file(path: Path, suffixes: Collection[str] = MODEL_SUFFIXES) -> bytes:
    """The bytes of a file with one of ``suffixes``, unchecked.

    Blocks on the disk. Raises ModelError when the suffix is another, or the file too large or not readable.
    """
    if path.suffix not in suffixes:
        raise ModelError("AIE-MOD-002", where=str(path), suffix=path.name)
    try:
        with open_file(path) as file:
            size_bytes = os.fstat(file.fileno()).st_size
            if size_bytes > MAX_FILE_BYTES:
                raise ModelError(
                    "AIE-MOD-003", where=str(path), size_bytes=size_bytes, limit_bytes=MAX_FILE_BYTES
                )
            return file.read(size_bytes)
    except OSError as error:
        raise ModelError("AIE-MOD-001", where=str(path), reason=error.strerror or error) from error
