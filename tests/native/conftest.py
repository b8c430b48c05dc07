"""Builds of the native core for its own tests; kept under build/, so that only the first run takes long."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _tool(name: str) -> str:
    path = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert path is not None, f"{name} is missing: pip install {name}"
    return path


def _build(name: str, *options: str, target: str) -> Path:
    folder = ROOT / "build" / name
    configure = [_tool("cmake"), "-S", str(ROOT), "-B", str(folder), "-G", "Ninja", *options]
    configure.append(f"-DCMAKE_MAKE_PROGRAM={_tool('ninja')}")
    for command in (configure, [_tool("cmake"), "--build", str(folder), "-j", "2", "--target", target]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-8000:]
    return folder


@pytest.fixture(scope="session")
def native_build() -> Path:
    """The folder of a build with libaiedge.so and all native test programs; warnings are errors."""
    return _build("native-tests", "-DAIEDGE_TESTS=ON", "-DAIEDGE_WERROR=ON", target="all")


@pytest.fixture(scope="session")
def sanitized_build() -> Path:
    """The folder of a build of the fuzz runner with AddressSanitizer and UndefinedBehaviorSanitizer."""
    return _build(
        "native-sanitized",
        "-DAIEDGE_TESTS=ON",
        "-DAIEDGE_SANITIZE=ON",
        "-DCMAKE_BUILD_TYPE=None",
        "-DCMAKE_CXX_FLAGS=-O1 -g1",
        target="fuzz_bundle",
    )
