"""What a result has to say of the machine, the versions and the commit that it was measured on."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]


def machine(packages: Iterable[str]) -> dict[str, Any]:
    """CPU, cores, load average, system, Python, the versions of ``packages``, and the checkout's commit.

    A package that is not installed has the version None; outside a checkout of aiedge ``commit`` and
    ``uncommitted_changes`` are None.
    """
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    cpu = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    commit, status = _git("rev-parse", "HEAD"), _git("status", "--porcelain")
    return {
        "cpu": cpu or platform.processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in packages},
        "isa": os.environ.get("AIEDGE_ISA"),
        "commit": commit,
        "uncommitted_changes": None if status is None else bool(status),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    top = _output([program, "-C", str(PACKAGE), "rev-parse", "--show-toplevel"])
    # An environment can lie in somebody else's checkout, whose commit says nothing.
    if top is None or not (Path(top) / "aiedge" / "bench" / "machine.py").is_file():
        return None
    return _output([program, "-C", top, *arguments])


def _output(command: list[str]) -> str | None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
