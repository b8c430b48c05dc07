"""The engines whose values between the operators can be seen, as data: nothing is imported before it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from aiedge.diff.layer import Source
from aiedge.diff.model_file import ModelFile
from aiedge.errors import EngineError
from aiedge.registry import load_object

SOURCES = {
    "native": "aiedge.diff.native:open_native",
    "oracle": "aiedge.diff.oracle:open_oracle",
    "onnxruntime": "aiedge.diff.onnxruntime:open_onnxruntime",
    "tflite": "aiedge.diff.tflite:open_tflite",
}


def open_source(file: ModelFile, engine: str) -> Source:
    """A model on an engine: ``native``, ``native:avx2`` (held to an instruction set), ``oracle``, ...

    Blocks while it loads. Raises EngineError for a name that is not known, or an engine that does not take the file;
    ModelError for a file that is damaged.
    """
    name, _, held_to = engine.partition(":")
    if name not in SOURCES:
        raise EngineError("AIE-MOD-086", name=engine, known=", ".join(SOURCES))
    make = cast("Callable[[ModelFile, str, str], Source]", load_object(SOURCES[name]))
    return make(file, engine, held_to)
