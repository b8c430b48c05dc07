"""Who can take part in the benchmarks of this folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aiedge.bench.contender import Contender

HERE = Path(__file__).resolve().parent

CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender("native", "native"),
        Contender("native-avx2", "native", "avx2"),
        Contender("native-reference", "native", "reference"),
        Contender("litert", "tflite"),
        Contender("litert-avx2", "tflite", "avx2", program=(sys.executable, str(HERE / "litert_avx2.py"))),
        Contender("onnxruntime", "onnxruntime"),
        Contender("openvino", "openvino"),
    )
}
"""``native`` and ``litert`` use the best that the CPU has; ``-avx2`` are held to AVX2, ``native-reference`` runs the
portable kernels."""


def shared_models() -> list[Path]:
    """The quantized .tflite models of ``../shared/models`` (or ``$AIEDGE_SHARED/models``)."""
    shared = Path(os.environ.get("AIEDGE_SHARED", HERE.parents[1] / "shared"))
    return sorted(path for path in (shared / "models").glob("*.tflite") if "fp32" not in path.name)
