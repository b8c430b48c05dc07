"""The native test programs: units, kernels, fuzzing."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(900)  # the first test waits for the build

TESTS = ROOT / "native" / "tests"
KERNELS = sorted(path.stem for path in (TESTS / "kernels").glob("*.cpp"))
PROGRAMS = sorted([*KERNELS, *(path.stem for path in (TESTS / "unit").glob("*.cpp"))])
# A tenth of the cases, as under emulation.
FEWER_CASES = {**os.environ, "AIEDGE_TEST_EMULATED": "1"}


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_program(native_build: Path, program: str) -> None:
    done = subprocess.run(
        [native_build / "native" / "tests" / f"test_{program}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("program", KERNELS)
def test_kernels_under_sanitizers(sanitized_build: Path, program: str) -> None:
    done = subprocess.run(
        [sanitized_build / "native" / "tests" / f"test_{program}"],
        env=FEWER_CASES, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("program", KERNELS)
def test_kernels_under_valgrind(
    native_build: Path, debian_program: Callable[[str, str], str], program: str
) -> None:
    """No byte that nobody wrote decides anything. Valgrind has AVX2 and no AVX-512."""
    valgrind = debian_program("valgrind", "valgrind")
    done = subprocess.run(
        [valgrind, "-q", "--error-exitcode=9", native_build / "native" / "tests" / f"test_{program}"],
        env=FEWER_CASES, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_mutated_bundles_under_sanitizers(sanitized_build: Path) -> None:
    """9000 mutations: each refused with a reason, or run to the same bits on all instruction sets."""
    done = subprocess.run(
        [sanitized_build / "native" / "tests" / "fuzz_bundle", "--mutate", "750", "1"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.match(r"(\d+) mutations, (\d+) accepted", done.stdout)
    assert counts is not None
    total, accepted = (int(count) for count in counts.groups())
    # Both ways must have been gone.
    assert total == 9000
    assert 100 < accepted < 2500
