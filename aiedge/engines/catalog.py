"""Every engine by name, as data: nothing is imported before it is used."""

from __future__ import annotations

from typing import NamedTuple


class EngineEntry(NamedTuple):
    """``loader`` is ``"module:function"``, called with (file's name, bytes, threads); ``suffix`` is what it reads.

    ``package`` is the distribution that the engine comes from; ``options`` are further arguments that the loader takes
    by name.
    """

    loader: str
    suffix: str
    package: str
    options: tuple[str, ...] = ()


ENGINES = {
    "native": EngineEntry(
        "aiedge.engines.native:load", ".aie", "aiedge", ("isa", "cpus", "realtime_priority", "spin_s")
    ),
    "tflite": EngineEntry("aiedge.engines.tflite:load", ".tflite", "ai-edge-litert"),
    "openvino": EngineEntry("aiedge.engines.openvino:load", ".tflite", "openvino"),
    "onnxruntime": EngineEntry("aiedge.engines.onnxruntime:load", ".onnx", "onnxruntime"),
}
