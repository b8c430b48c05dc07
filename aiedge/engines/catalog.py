"""Every engine by name, as data: nothing is imported before it is used."""

from __future__ import annotations

from typing import NamedTuple


class EngineEntry(NamedTuple):
    """``loader`` is ``"module:function"``, called with (file's name, bytes, threads); ``suffix`` is what it reads."""

    loader: str
    suffix: str


ENGINES = {
    "native": EngineEntry("aiedge.engines.native:load", ".aie"),
    "tflite": EngineEntry("aiedge.engines.tflite:load", ".tflite"),
}
