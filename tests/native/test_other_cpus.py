"""The native core on the CPUs of other machines, emulated: its tests pass, and models give the bits of this machine."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from other_cpus import OtherCpu, programs_of
from random_graphs import BUILDERS, random_values

from aiedge import _native
from aiedge.engines.native import load
from aiedge.model.bundle import write_bundle
from aiedge.model.compile import compile_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first test of a CPU waits for the build

# How many inputs: the emulated CPUs do 0.1 to 0.4 G multiply-accumulates a second.
INPUTS = {
    "mlperf_tiny_ad_int8": 50,
    "mlperf_tiny_ic_int8": 50,
    "mlperf_tiny_kws_int8": 50,
    "mlperf_tiny_sww_int8": 50,
    "mlperf_tiny_vww_int8": 50,
    "mobilenet_v1_0.25_128_uint8": 3,
    "mobilenet_v2_1.0_224_int8_per_channel": 3,
    "mobilenet_v2_1.0_224_uint8": 3,
}
REFERENCE_INPUTS = 1  # the portable kernels are the same source as here, and take several times as long


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
    assert re.match(r"9000 mutations, [1-9]\d* accepted", done.stdout)


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
@pytest.mark.parametrize("name", sorted(INPUTS))
def test_models(other_cpu: OtherCpu, shared: Path, tmp_path: Path, name: str) -> None:
    bundle = compile_model(shared / "models" / f"{name}.tflite")
    here = load(name, bundle, 1)
    rng = np.random.default_rng(sum(name.encode()))
    outs = [np.zeros(spec.shape, spec.dtype) for spec in here.outputs]
    inputs: list[bytes] = []
    expected: list[bytes] = []
    for _ in range(INPUTS[name]):
        arrays = [random_values(rng, str(spec.dtype), spec.shape) for spec in here.inputs]
        here.run(arrays, outs)
        inputs.append(b"".join(array.tobytes() for array in arrays))
        expected.append(b"".join(out.tobytes() for out in outs))
    file = tmp_path / "model.aie"
    file.write_bytes(bundle)
    for model, best in other_cpu.models.items():
        runs = REFERENCE_INPUTS if best == "reference" else INPUTS[name]
        (tmp_path / "inputs.bin").write_bytes(b"".join(inputs[:runs]))
        done = other_cpu.run_bytes("run_many", str(file), str(tmp_path / "inputs.bin"), model=model, isa=best)
        assert done.returncode == 0, done.stderr
        if done.stdout != b"".join(expected[:runs]):
            bytes_each = len(expected[0])
            wrong = next(i for i in range(runs) if done.stdout[i * bytes_each :][:bytes_each] != expected[i])
            (tmp_path / "input.bin").write_bytes(inputs[wrong])
            arguments = (str(file), str(tmp_path / "input.bin"), "trace")
            theirs = other_cpu.run_bytes("run_many", *arguments, model=model, isa=best).stdout.decode()
            node = _first_difference(bundle, inputs[wrong], theirs)
            pytest.fail(f"{model} with {best}, input {wrong}: first at {node}")


def _first_difference(bundle: bytes, content: bytes, theirs: str) -> str:
    """The first node whose CRC is not the one in ``theirs``, a line a node."""
    model = _native.Model(bundle)
    arrays, at = [], 0
    for info in model.inputs:
        count = int(np.prod(info.shape)) * np.dtype(info.dtype).itemsize
        arrays.append(np.frombuffer(content[at : at + count], info.dtype).reshape(info.shape))
        at += count
    crcs: list[str] = []
    outs = [np.zeros(info.shape, info.dtype) for info in model.outputs]
    model.trace(arrays, outs, lambda _node, _info, data: crcs.append(f"{zlib.crc32(data):08x}"))
    for node, crc, line in zip(model.nodes, crcs, theirs.splitlines(), strict=True):
        if not line.startswith(f"{crc} "):
            return f"{node.op} {node.name}"
    return "no node"


def test_a_difference_is_named(other_cpu: OtherCpu, tmp_path: Path) -> None:
    """The emulated CPU's trace is this one's; and where a line is another, that node is named."""
    rng = np.random.default_rng(9)
    graph = BUILDERS["conv_2d"](rng, "int8")
    bundle = write_bundle(graph)
    (content,) = (random_values(rng, "int8", graph.tensors[i].shape).tobytes() for i in graph.inputs)
    (tmp_path / "model.aie").write_bytes(bundle)
    (tmp_path / "input.bin").write_bytes(content)
    arguments = (str(tmp_path / "model.aie"), str(tmp_path / "input.bin"), "trace")
    done = other_cpu.run_bytes("run_many", *arguments, model=next(iter(other_cpu.models)))
    assert done.returncode == 0, done.stderr
    theirs = done.stdout.decode()
    assert _first_difference(bundle, content, theirs) == "no node"
    assert _first_difference(bundle, content, "x" + theirs).startswith("conv_2d ")
