"""The native core on the CPUs of other machines, emulated: its tests pass, and models give the bits of this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from other_cpus import OtherCpu, programs_of
from random_graphs import BUILDERS, random_values

from aiedge import _native
from aiedge.model.bundle import write_bundle
from aiedge.model.compile import compile_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first test of a CPU waits for the build

MODELS = ("mlperf_tiny_ad_int8", "mlperf_tiny_kws_int8", "mlperf_tiny_sww_int8")
INPUTS = 3


def _assert_same_bits(cpu: OtherCpu, folder: Path, bundle: bytes, inputs: list[NDArray[Any]]) -> None:
    """Run the bundle on every CPU model, with its best kernels and with the reference, and here."""
    here = _native.Model(bundle)
    outs = [np.zeros(info.shape, info.dtype) for info in here.outputs]
    # The runner fills the first input from a file and the others with zeros.
    here.run([inputs[0], *(np.zeros_like(other) for other in inputs[1:])], outs)
    expected = [
        f"{info.name}: {out.tobytes().hex(' ')}" for info, out in zip(here.outputs, outs, strict=True)
    ]
    (folder / "model.aie").write_bytes(bundle)
    (folder / "input.bin").write_bytes(inputs[0].tobytes())
    arguments = (str(folder / "model.aie"), str(folder / "input.bin"))
    for model, best in cpu.models.items():
        for isa in dict.fromkeys((best, "reference")):
            done = cpu.run("run_bundle", *arguments, model=model, isa=isa)
            assert done.returncode == 0, done.stderr
            nodes = done.stdout.splitlines()[: len(here.nodes)]
            kernels = [node.split()[1] for node in nodes if node.split()[0] in ("conv_2d", "fully_connected")]
            assert set(kernels) <= {isa}, f"{model} chose {kernels}"
            assert done.stdout.splitlines()[len(here.nodes) :] == expected, f"{model} with {isa}"


def test_unit_programs(other_cpu: OtherCpu) -> None:
    for program in programs_of("unit"):
        done = other_cpu.run(program, model=next(iter(other_cpu.models)))
        assert done.returncode == 0, program + done.stdout + done.stderr


def test_kernel_programs(other_cpu: OtherCpu) -> None:
    for model, best in other_cpu.models.items():
        for program in programs_of("kernels") if best != "reference" else ():
            done = other_cpu.run(program, model=model)
            assert done.returncode == 0, f"{program} on {model}: " + done.stdout + done.stderr


def test_mutated_bundles(other_cpu: OtherCpu) -> None:
    """A reader that is right where size_t has 64 bits need not be so where it has 32."""
    done = other_cpu.run("fuzz_bundle", "--mutate", "750", "1", model=next(iter(other_cpu.models)))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(r"1500 mutations, [1-9]\d* accepted", done.stdout)


@pytest.mark.parametrize("op", sorted(BUILDERS))
def test_every_operator(other_cpu: OtherCpu, tmp_path: Path, op: str) -> None:
    rng = np.random.default_rng(sum(op.encode()))
    for dtype in ("int8", "uint8"):
        for _ in range(3):
            graph = BUILDERS[op](rng, dtype)
            inputs = [
                random_values(rng, graph.tensors[i].dtype, graph.tensors[i].shape) for i in graph.inputs
            ]
            _assert_same_bits(other_cpu, tmp_path, write_bundle(graph), inputs)


@pytest.mark.shared_data
@pytest.mark.parametrize("name", MODELS)
def test_models(other_cpu: OtherCpu, shared: Path, tmp_path: Path, name: str) -> None:
    bundle = compile_model(shared / "models" / f"{name}.tflite")
    rng = np.random.default_rng(sum(name.encode()))
    for _ in range(INPUTS):
        inputs = [random_values(rng, info.dtype, info.shape) for info in _native.Model(bundle).inputs]
        _assert_same_bits(other_cpu, tmp_path, bundle, inputs)
