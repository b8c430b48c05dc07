"""Builds of the native core for its own tests; kept under build/, so that only the first run takes long."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from other_cpus import OTHER_CPUS, OtherCpu
from random_graphs import BUILDERS, random_values

from aiedge.model.bundle import write_bundle
from aiedge.model.ir.interpret import interpret

ROOT = Path(__file__).resolve().parents[2]


def _tool(name: str) -> str:
    path = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert path is not None, f"{name} is missing: pip install {name}"
    return path


def _build(name: str, *options: str, targets: tuple[str, ...]) -> Path:
    folder = ROOT / "build" / name
    configure = [_tool("cmake"), "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", *options]
    configure.append(f"-DCMAKE_MAKE_PROGRAM={_tool('ninja')}")
    for command in (configure, [_tool("cmake"), "--build", str(folder), "-j", "2", "--target", *targets]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-8000:]
    return folder


@pytest.fixture(scope="session")
def native_build() -> Path:
    """The folder of a build with libaiedge.so and all native test programs; warnings are errors."""
    return _build("native-tests", "-DAIEDGE_TESTS=ON", "-DAIEDGE_WERROR=ON", targets=("all",))


@pytest.fixture(scope="session")
def cmake() -> str:
    """The path of CMake."""
    return _tool("cmake")


@pytest.fixture(scope="session")
def installed(native_build: Path, cmake: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the build is installed: moved after that, to a path with a space and letters beyond ASCII."""
    folder = tmp_path_factory.mktemp("install")
    done = subprocess.run(
        [cmake, "--install", native_build, "--prefix", folder / "first"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (folder / "first").rename(folder / "工厂 2")


@pytest.fixture
def case(tmp_path: Path) -> tuple[Path, Path, bytes]:
    """A bundle, a file with an input, and the bytes that must come out."""
    rng = np.random.default_rng(4)
    graph = BUILDERS["conv_2d"](rng, "int8")
    x = random_values(rng, "int8", graph.tensors[0].shape)
    (tmp_path / "model.aie").write_bytes(write_bundle(graph))
    (tmp_path / "input.bin").write_bytes(x.tobytes())
    return tmp_path / "model.aie", tmp_path / "input.bin", interpret(graph, [x])[0].tobytes()


@pytest.fixture(scope="session")
def sanitized_build() -> Path:
    """The folder of a build of tests and fuzz runner with AddressSanitizer and UndefinedBehaviorSanitizer."""
    return _build(
        "native-sanitized",
        "-DAIEDGE_TESTS=ON",
        "-DAIEDGE_SANITIZE=ON",
        "-DCMAKE_BUILD_TYPE=None",
        "-DCMAKE_CXX_FLAGS=-O1 -g1",
        targets=("all",),
    )


@pytest.fixture(scope="session", params=OTHER_CPUS, ids=lambda cpu: cpu.name)
def other_cpu(request: pytest.FixtureRequest, debian_program: Callable[[str, str], str]) -> OtherCpu:
    """A foreign CPU under emulation, with the native test programs and the runner of bundles built for it."""
    cpu: OtherCpu = request.param
    compiler = debian_program(f"{cpu.triple}-g++", f"g++-{cpu.triple}")
    debian_program(cpu.emulator, "qemu-user-static")
    cpu.folder = _build(
        f"cross-{cpu.name}",
        f"-DCMAKE_TOOLCHAIN_FILE={ROOT / 'native' / 'toolchains' / cpu.name}.cmake",
        "-DAIEDGE_TESTS=ON",
        "-DAIEDGE_WERROR=ON",
        targets=("aiedge_static", *cpu.programs),
    )
    for source in (
        ROOT / "examples" / "cpp" / "run_bundle.cpp",
        Path(__file__).parent / "programs" / "run_many.cpp",
    ):
        command = [compiler, "-std=c++17", "-O2", str(source), f"-I{ROOT / 'native' / 'include'}"]
        command += [str(cpu.folder / "libaiedge.a"), "-o", str(cpu.folder / source.stem)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return cpu
