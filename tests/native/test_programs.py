"""The native test programs: units, kernels, fuzzing."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.timeout(900)  # the first test waits for the build

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
