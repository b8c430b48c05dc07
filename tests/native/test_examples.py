"""The examples in C and C++ are built as their readers would, and run a bundle."""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from processing_graphs import picture_graph
from waiting import until

import aiedge
from aiedge.model.bundle import write_bundle
from aiedge.model.processing import Processing, encode

pytestmark = pytest.mark.timeout(900)  # the first test waits for the build

ROOT = Path(__file__).resolve().parents[2]
C = ("cc", "-std=c99", "examples/c/run_bundle.c")
LOOP = ("cc", "-std=c99", "examples/control_loop/control_loop.c")
CPP = ("c++", "-std=c++17", "examples/cpp/run_bundle.cpp")
DETECT = ("c++", "-std=c++17", "examples/cpp/detect.cpp")
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
def test_detect(native_build: Path, tmp_path: Path) -> None:
    """The program in C++ finds what Python finds."""
    program = _built(native_build, tmp_path, *DETECT)
    level = {"classes": 0, "boxes": 1, "stride_px": 8}
    described = {
        "inputs": [{"mean": 128, "std": 20}],
        "output": {"kind": "boxes", "decoder": "distances", "levels": [level], "threshold": 0.6},
    }
    graph = picture_graph((32, 32, 3), [(1, 4, 4, 2), (1, 4, 4, 4)], scale=0.05)
    sections = encode(Processing.model_validate(described), graph)
    model, picture = tmp_path / "detector.aie", tmp_path / "picture.ppm"
    model.write_bytes(write_bundle(graph, ("dent", "hole"), extras=sections))
    pixels = np.random.default_rng(8).integers(0, 256, (20, 30, 3), np.uint8)
    picture.write_bytes(b"P6 30 20 255\n" + pixels.tobytes())
    boxes = aiedge.load(model).process(pixels).boxes
    assert boxes is not None
    assert len(boxes) > 0
    done = subprocess.run([program, model, picture], capture_output=True, text=True, check=True)
    expected = [
        f"{box.score:.4f} {box.label} {box.x0_px:.1f} {box.y0_px:.1f} {box.x1_px:.1f} {box.y1_px:.1f}"
        for box in boxes
    ]
    assert done.stdout.splitlines() == expected
    none = subprocess.run([program, model, picture, "0.9999"], capture_output=True, text=True, check=True)
    assert none.stdout == ""
    wrong = subprocess.run([program, model, picture, "2"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("language", [C, CPP, LOOP], ids=["c", "cpp", "loop"])
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


def _check_loop(output: str) -> int:
    """The summary agrees with itself; returns the number of cycles."""
    first, latency, *histogram = output.splitlines()
    counts = re.fullmatch(r"(\d+) cycles, (\d+) deadlines missed, (\d+) cycles left out", first)
    assert counts is not None
    cycles, missed, _ = (int(count) for count in counts.groups())
    assert 0 <= missed <= cycles
    assert latency.startswith("from due to done: least ")
    assert sum(int(line.rpartition(" ")[2]) for line in histogram) == cycles
    return cycles


@pytest.mark.slow
@pytest.mark.parametrize("flags", [[], ["-m"], ["-r", "1", "-l"]], ids=["file", "memory", "real time"])
def test_control_loop(
    native_build: Path, tmp_path: Path, case: tuple[Path, Path, bytes], flags: list[str]
) -> None:
    program = _built(native_build, tmp_path, *LOOP)
    command = [program, "-p", "5000", "-n", "30", *flags, case[0]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert _check_loop(done.stdout) == 30


@pytest.mark.slow
def test_control_loop_ends_in_good_order(
    native_build: Path, tmp_path: Path, case: tuple[Path, Path, bytes]
) -> None:
    program = _built(native_build, tmp_path, *LOOP)
    with subprocess.Popen([program, "-p", "1000", case[0]], stdout=subprocess.PIPE, text=True) as running:
        status = Path(f"/proc/{running.pid}/status")
        until(lambda: _catches(status, signal.SIGTERM))
        running.terminate()
        output, _ = running.communicate()
    assert running.returncode == 0
    assert output.splitlines()[0].endswith("cycles left out")


def _catches(status: Path, number: int) -> bool:
    (mask,) = re.findall(r"^SigCgt:\s*([0-9a-f]+)$", status.read_text(), re.MULTILINE)
    return bool(int(mask, 16) >> (number - 1) & 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [[], ["-p", "5"], ["-n", "x"], ["-r", "100"], ["-z"], ["a", "b"]], ids=" ".join
)
def test_control_loop_wrong_usage(native_build: Path, tmp_path: Path, arguments: list[str]) -> None:
    program = _built(native_build, tmp_path, *LOOP)
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("usage: ")
