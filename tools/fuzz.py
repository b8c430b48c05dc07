"""Fuzz what reads model files: the native bundle reader under sanitizers, and the importers and reader in Python.

``python tools/fuzz.py --seconds 120``: both at the same time, from a corpus of small valid models, each guided by
coverage. Needs clang with its fuzzer library (Debian: clang, libclang-rt-dev) and atheris. A finding is kept in
build/fuzz/findings, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "fuzz"
FINDINGS = BUILD / "findings"
sys.path.insert(0, str(ROOT / "tests"))

import onnx_files  # noqa: E402 - a module of the tests
import onnx_float_files  # noqa: E402 - likewise
from random_graphs import BUILDERS  # noqa: E402 - a module of the tests
from signed_bundles import OURS, small_bundle  # noqa: E402 - likewise
from tflite_models import everything  # noqa: E402 - likewise

from aiedge.model.bundle import write_bundle  # noqa: E402 - stays with the modules of the tests
from aiedge.trust.sign import sign_inside  # noqa: E402 - likewise

SEEDS_EACH = 4
LIMITS = ["-timeout=60", "-rss_limit_mb=4096", "-max_len=65536", "-print_final_stats=1", "-verbosity=0"]


def main() -> int:
    """Build, write the seeds, run both; 1 when either has found something."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=120, help="how long both run")
    seconds = arguments.parse_args().seconds
    fuzzer = _build()
    bundles, models = BUILD / "corpus" / "bundles", BUILD / "corpus" / "models"
    _write_seeds(bundles, models)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    options = [*LIMITS, f"-max_total_time={seconds}"]
    commands = {
        "native": [str(fuzzer), *options, f"-artifact_prefix={FINDINGS}/native-", str(bundles)],
        "python": [
            sys.executable, str(ROOT / "tests" / "fuzz" / "fuzz_models.py"), *options,
            f"-artifact_prefix={FINDINGS}/python-", str(models), str(bundles),
        ],
    }  # fmt: skip
    running = {name: _start(name, command) for name, command in commands.items()}
    failed = [name for name, process in running.items() if process.wait()]
    for name in commands:
        print(f"== {name}\n{_summary(BUILD / f'{name}.log', whole=name in failed)}", flush=True)
    print("found something: " + ", ".join(failed) if failed else f"{seconds} s each, nothing found")
    return 1 if failed else 0


def _build() -> Path:
    configure = [
        "cmake", "-S", str(ROOT), "-B", str(BUILD), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
        "-DCMAKE_C_COMPILER=clang", "-DCMAKE_CXX_COMPILER=clang++", "-DAIEDGE_SANITIZE=ON", "-DAIEDGE_FUZZ=ON",
    ]  # fmt: skip
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(configure, check=True, stdout=subprocess.DEVNULL, env=environment)
    target = ["cmake", "--build", str(BUILD), "--target", "fuzz_bundle_coverage"]
    subprocess.run(target, check=True, stdout=subprocess.DEVNULL, env=environment)
    return BUILD / "fuzz_bundle_coverage"


def _write_seeds(bundles: Path, models: Path) -> None:
    for folder in (bundles, models):
        folder.mkdir(parents=True, exist_ok=True)
    for name, build in BUILDERS.items():
        for dtype in ("int8", "uint8"):
            for index in range(SEEDS_EACH):
                graph = build(np.random.default_rng(index), dtype)
                (bundles / f"{name}-{dtype}-{index}.aie").write_bytes(write_bundle(graph, ["a", "b"]))
    for seed in range(SEEDS_EACH):
        plain = small_bundle(seed)
        (bundles / f"golden-{seed}.aie").write_bytes(plain)
        (bundles / f"signed-{seed}.aie").write_bytes(sign_inside(plain, "signed", OURS, seed))
    for dtype in ("int8", "uint8"):
        (models / f"everything-{dtype}.tflite").write_bytes(everything(dtype))
    (models / "everything.onnx").write_bytes(onnx_files.everything(np.random.default_rng(1)))
    (models / "float.onnx").write_bytes(onnx_float_files.everything(np.random.default_rng(1))[0])


def _start(name: str, command: list[str]) -> subprocess.Popen[bytes]:
    with (BUILD / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, cwd=BUILD, stdout=log, stderr=subprocess.STDOUT)


def _summary(log: Path, *, whole: bool) -> str:
    """The statistics, or the last lines, where a finding is reported."""
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(lines[-60:] if whole else [line for line in lines if line.startswith("stat::")])


if __name__ == "__main__":
    sys.exit(main())
