"""Every shared quantized model gives the same bits with every instruction set and number of threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from random_graphs import random_values

from aiedge import _native
from aiedge.engines.native import NativeEngine, load
from aiedge.model.compile import compile_model

pytestmark = [pytest.mark.slow, pytest.mark.shared_data]

# The portable kernels take a quarter of a second for a MobileNetV2 picture.
INPUTS = {
    "mlperf_tiny_ad_int8": 50,
    "mlperf_tiny_ic_int8": 50,
    "mlperf_tiny_kws_int8": 50,
    "mlperf_tiny_sww_int8": 50,
    "mlperf_tiny_vww_int8": 50,
    "mobilenet_v1_0.25_128_uint8": 50,
    "mobilenet_v2_1.0_224_int8_per_channel": 4,
    "mobilenet_v2_1.0_224_uint8": 4,
}


def _run(engine: NativeEngine, inputs: list[NDArray[Any]]) -> bytes:
    out = [np.zeros(spec.shape, spec.dtype) for spec in engine.outputs]
    engine.run(inputs, out)
    return b"".join(array.tobytes() for array in out)


def first_difference(one: NativeEngine, other: NativeEngine, inputs: list[NDArray[Any]]) -> str:
    """The first node whose output differs, as text; empty when none does."""
    traces = []
    for engine in (one, other):
        out = [np.zeros(spec.shape, spec.dtype) for spec in engine.outputs]
        traces.append(engine.trace(inputs, out))
    for index, (mine, theirs) in enumerate(zip(*traces, strict=True)):
        if mine.digest != theirs.digest:
            node = theirs.node
            return f"node {index}, {node.operator} {node.node}: {mine.node.kernel} and {node.kernel} differ"
    return ""


def test_every_shared_model_is_here(shared: Path) -> None:
    quantized = {path.stem for path in (shared / "models").glob("*.tflite")} - set(INPUTS)
    assert all(name.endswith("_fp32") for name in quantized)


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_same_bits(shared: Path, name: str) -> None:
    bundle = compile_model(shared / "models" / f"{name}.tflite")
    law = load(name, bundle, 1, isa="reference")
    rng = np.random.default_rng(sum(name.encode()))
    runs = [
        [random_values(rng, str(spec.dtype), spec.shape) for spec in law.inputs] for _ in range(INPUTS[name])
    ]
    expected = [_run(law, inputs) for inputs in runs]
    assert len(set(expected)) > 1
    for isa in _native.instruction_sets():
        for threads in (1, 2):
            if (isa, threads) == ("reference", 1):
                continue
            engine = load(name, bundle, threads, isa=isa)
            for number, inputs in enumerate(runs[:2] if isa == "reference" else runs):
                if _run(engine, inputs) != expected[number]:
                    where = first_difference(law, engine, inputs) or "a trace shows no difference"
                    pytest.fail(f"{isa}, {threads} thread(s), input {number}: {where}")


def test_a_difference_is_named(shared: Path) -> None:
    """Two inputs in place of two machines: the first node is where they part."""
    path = shared / "models" / "mlperf_tiny_kws_int8.tflite"
    engine = load("kws", compile_model(path), 1)
    rng = np.random.default_rng(1)
    inputs = [random_values(rng, str(spec.dtype), spec.shape) for spec in engine.inputs]
    assert first_difference(engine, engine, inputs) == ""

    class Changed(NativeEngine):
        def __init__(self) -> None:  # the same model, on another input
            self.__dict__.update(engine.__dict__)

        def trace(self, inputs: Any, out: Any) -> Any:
            return engine.trace([array ^ 1 for array in inputs], out)

    assert first_difference(engine, Changed(), inputs).startswith("node 0, ")
