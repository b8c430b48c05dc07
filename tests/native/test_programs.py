"""The native test programs: units, kernels, fuzzing, and what the objects of an instruction set contain."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = sorted(
    path.stem for folder in ("unit", "kernels") for path in (ROOT / "native" / "tests" / folder).glob("*.cpp")
)


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_program(native_build: Path, program: str) -> None:
    done = subprocess.run(
        [native_build / "native" / "tests" / f"test_{program}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_mutated_bundles_under_sanitizers(sanitized_build: Path) -> None:
    """1500 mutations: each refused with a reason, or run to the same bits on all instruction sets."""
    done = subprocess.run(
        [sanitized_build / "native" / "tests" / "fuzz_bundle", "--mutate", "750", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.match(r"(\d+) mutations, (\d+) accepted", done.stdout)
    assert counts is not None
    total, accepted = (int(count) for count in counts.groups())
    # Both ways must have been gone.
    assert total == 1500
    assert 50 < accepted < 1000


@pytest.mark.slow
def test_instruction_set_objects_keep_to_themselves(native_build: Path) -> None:
    """No function that the linker may share with code for older CPUs, and no instruction beyond AVX2."""
    objects = sorted(native_build.rglob("kernels/avx2/*.o"))
    if not objects:
        assert not list((ROOT / "native/src/kernels/avx2").glob("*.cpp")) or _machine() != "x86_64"
        return
    for path in objects:
        symbols = subprocess.run(["nm", "-C", path], capture_output=True, text=True, check=True).stdout
        shared = [line for line in symbols.splitlines() if re.search(r" [WVu] ", line)]
        assert shared == [], path.name
        listing = subprocess.run(["objdump", "-d", path], capture_output=True, text=True, check=True).stdout
        assert "%ymm" in listing or path.name == "requant.cpp.o", path.name
        assert not re.search(r"%zmm|%k[1-7]|%[xy]mm(1[6-9]|2\d|3[01])\b|\bvfn?m(add|sub)", listing), path.name


def _machine() -> str:
    return subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()
