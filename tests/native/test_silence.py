"""A run makes no system call, but for waking a thread and being woken."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from aiedge.model.compile import compile_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared_data,
    pytest.mark.timeout(900),
]  # the first waits for the build

ROOT = Path(__file__).resolve().parents[2]
RUNS = 1000


@pytest.fixture(scope="module")
def silent_run(native_build: Path, tmp_path_factory: pytest.TempPathFactory, c_compiler: str) -> Path:
    program = tmp_path_factory.mktemp("silent") / "silent_run"
    command = [c_compiler, "-std=gnu99", "-Wall", "-Wextra", "-Werror"]
    command += [str(Path(__file__).parent / "programs" / "silent_run.c"), f"-I{ROOT / 'native/include'}"]
    command += [f"-L{native_build}", "-laiedge", f"-Wl,-rpath,{native_build}", "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return program


def _calls(strace: str, folder: Path, *command: str | Path) -> list[str]:
    """The names of the system calls of all threads between the program's two marks."""
    log = folder / "strace.log"
    done = subprocess.run(
        [strace, "-f", "-o", log, *command], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    lines = log.read_text().splitlines()
    begin, end = (
        next(i for i, line in enumerate(lines) if f', "{mark}\\n", ' in line) for mark in ("begin", "end")
    )
    # What is "resumed" there was begun, and is listed, before.
    begun = (re.match(r"\d+ +(\w+)\(", line) for line in lines[begin + 1 : end])
    return [match[1] for match in begun if match is not None]


def test_the_watch_sees_system_calls(strace: str, tmp_path: Path) -> None:
    script = "echo begin >&2; cd /; echo end >&2"
    assert "chdir" in _calls(strace, tmp_path, "sh", "-c", script)


@pytest.mark.parametrize("threads", [1, 2])
def test_run(strace: str, silent_run: Path, shared: Path, tmp_path: Path, threads: int) -> None:
    bundle = tmp_path / "kws.aie"
    bundle.write_bytes(compile_model(shared / "models" / "mlperf_tiny_kws_int8.tflite"))
    calls = _calls(strace, tmp_path, silent_run, bundle, str(threads), str(RUNS))
    assert set(calls) <= (set() if threads == 1 else {"futex"})
