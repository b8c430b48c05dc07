"""Run clang-tidy (the checks in .clang-tidy) over the native sources, with the flags of a real build."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
BUILD = ROOT / "build" / "tidy"


def main() -> int:
    """Configure once for the compile commands, then check every source below native/; 0 when all are clean."""
    pybind11 = subprocess.run(
        [sys.executable, "-m", "pybind11", "--cmakedir"], check=True, capture_output=True, text=True
    ).stdout.strip()
    subprocess.run(
        [
            BIN / "cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={BIN / 'ninja'}",
            "-DAIEDGE_PYTHON=ON", f"-Dpybind11_DIR={pybind11}", f"-DPython_EXECUTABLE={sys.executable}",
        ],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    commands = json.loads((BUILD / "compile_commands.json").read_text())
    sources = sorted(
        {entry["file"] for entry in commands if Path(entry["file"]).is_relative_to(ROOT / "native")}
    )
    if not sources:
        sys.stderr.write("no sources below native/ in the compile commands\n")
        return 1
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(_check, sources))
    for result in results:
        if result.returncode:
            sys.stdout.write(result.stdout)
            sys.stderr.write(result.stderr)
    return int(any(result.returncode for result in results))


def _check(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "clang-tidy", "-p", BUILD, "--quiet", "--warnings-as-errors=*", source],
        check=False, capture_output=True, text=True,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
