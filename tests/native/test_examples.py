"""The C and the C++ example are built as their readers would, and run a bundle."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.timeout(900)  # the first test waits for the build

ROOT = Path(__file__).resolve().parents[2]
C = ("cc", "-std=c99", "examples/c/run_bundle.c")
CPP = ("c++", "-std=c++17", "examples/cpp/run_bundle.cpp")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Werror")


def _built(native_build: Path, folder: Path, compiler: str, standard: str, source: str) -> Path:
    program = folder / "run_bundle"
    command = [compiler, standard, *WARNINGS, str(ROOT / source), f"-I{ROOT / 'native/include'}"]
    command += [f"-L{native_build}", "-laiedge", f"-Wl,-rpath,{native_build}", "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


@pytest.mark.slow
def test_cpp(native_build: Path, tmp_path: Path, case: tuple[Path, Path, bytes]) -> None:
    program = _built(native_build, tmp_path, *CPP)
    model, data, expected = case
    done = subprocess.run([program, model, data], capture_output=True, text=True, check=True)
    node, output = done.stdout.splitlines()
    assert node.startswith("conv_2d")
    assert output == "y: " + expected.hex(" ")


@pytest.mark.slow
def test_c(native_build: Path, tmp_path: Path, case: tuple[Path, Path, bytes]) -> None:
    program = _built(native_build, tmp_path, *C)
    model, data, expected = case
    done = subprocess.run([program, model, data], capture_output=True, text=True, check=True)
    memory, output = done.stdout.splitlines()
    assert memory.startswith("aiedge ")
    values = np.frombuffer(expected, np.int8)
    assert output.startswith(f"y: element {values.argmax()} is greatest: {values.max()}, ")


@pytest.mark.slow
@pytest.mark.parametrize("language", [C, CPP], ids=["c", "cpp"])
def test_a_damaged_bundle_is_one_line(
    native_build: Path, tmp_path: Path, case: tuple[Path, Path, bytes], language: tuple[str, str, str]
) -> None:
    program = _built(native_build, tmp_path, *language)
    model, _, _ = case
    model.write_bytes(model.read_bytes()[:-1])
    done = subprocess.run([program, model], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "header" in done.stderr
