"""What each engine costs before it works: import, start to the first result, peak memory, size on disk.

Usage: ``python benchmarks/footprint.py [MODEL.tflite] [--onnx MODEL.onnx] [--core DIR] [--rounds 20]
[--json FILE]``

Without MODEL: the keyword spotter of ``../shared/models``. Every figure is of a process of its own, the contenders in
turns, round by round; the table has the least time of all rounds (the machine's neighbours only ever add) and the
greatest memory. A start is timed from outside: from before the process is made until it has ended. A contender whose
package is not installed is left out, by name.

The programs in C use an installed core (``--core``, what ``cmake --install --strip`` made), or one that is built here.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from contenders import shared_models
from packaging.requirements import Requirement
from rich.console import Console
from rich.table import Table

import aiedge
from aiedge.bench.machine import machine
from aiedge.clock import SystemClock
from aiedge.model.compile import compile_file

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("aiedge", "ai-edge-litert", "onnxruntime", "openvino", "numpy")
CLOCK = SystemClock()

PEAK = """
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
# What is imported, and what then loads the model named by sys.argv[1] and runs it once on zeros.
PYTHON = {
    "aiedge": (
        "import aiedge; aiedge.load",
        "import numpy, sys; m = aiedge.load(sys.argv[1])\n"
        "m(*(numpy.zeros(i.shape, i.dtype) for i in m.inputs))",
    ),
    "ai-edge-litert": (
        "from ai_edge_litert.interpreter import Interpreter",
        "import numpy, sys; m = Interpreter(sys.argv[1], num_threads=1); m.allocate_tensors()\n"
        "i = m.get_input_details()[0]; m.set_tensor(i['index'], numpy.zeros(i['shape'], i['dtype'])); m.invoke()\n"
        "m.get_tensor(m.get_output_details()[0]['index'])",
    ),
    "onnxruntime": (
        "import onnxruntime",
        "import numpy, sys; o = onnxruntime.SessionOptions(); o.intra_op_num_threads = 1\n"
        "m = onnxruntime.InferenceSession(sys.argv[1], o, providers=['CPUExecutionProvider'])\n"
        "i = m.get_inputs()[0]; t = {'tensor(float)': 'float32'}.get(i.type, i.type[7:-1])\n"
        "m.run(None, {i.name: numpy.zeros([n if isinstance(n, int) else 1 for n in i.shape], t)})",
    ),
    "openvino": (
        "import openvino",
        "import numpy, sys; m = openvino.compile_model(sys.argv[1], 'CPU', {'INFERENCE_NUM_THREADS': 1})\n"
        "i = m.input(0); n = [d.get_length() if d.is_static else 1 for d in i.partial_shape]\n"
        "m([numpy.zeros(n, i.element_type.to_dtype())])",
    ),
}


@dataclass
class Contender:
    """One row: commands whose processes are timed, and what lies on the disk."""

    name: str
    start: list[str]
    imports: list[str] | None = None
    installed_bytes: int = 0
    library_bytes: int = 0
    start_s: list[float] = field(default_factory=list)
    import_s: list[float] = field(default_factory=list)
    peak_bytes: list[int] = field(default_factory=list)

    def measure(self) -> None:
        """One round: one process for each command."""
        if self.imports is not None:
            self.import_s.append(_timed(self.imports)[0])
        seconds, output = _timed(self.start)
        self.start_s.append(seconds)
        self.peak_bytes.append(int(output.split()[-1]) * 1024)


def main() -> int:
    """Measure all contenders and print the table."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bundle = folder / "model.aie"
        compile_file(options.model, bundle)
        models = {"aiedge": bundle, "onnxruntime": options.onnx}
        core = options.core or _build_core(folder)
        who = [*_in_c(folder, core, bundle), *_in_python({p: models.get(p, options.model) for p in PYTHON})]
        base = [Contender("Python alone", [sys.executable, "-c", PEAK])]
        base.append(Contender("NumPy alone", [sys.executable, "-c", "import numpy" + PEAK]))
        for _ in range(options.rounds):
            for contender in (*base, *who):
                contender.measure()
    _print([*base, *who])
    if options.json:
        document: dict[str, Any] = {
            "command": sys.argv,
            "model": options.model.name,
            "machine": machine(PACKAGES),
        }
        document["results"] = [vars(contender) for contender in (*base, *who)]
        options.json.write_text(json.dumps(document) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    kws = next((path for path in shared_models() if "kws" in path.name), None)
    parser.add_argument("model", nargs="?", type=Path, default=kws, metavar="MODEL.tflite")
    parser.add_argument("--onnx", type=Path, help="the same model for onnxruntime")
    parser.add_argument("--core", type=Path, help="folder with an installed core")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path, help="file for machine, versions and every sample")
    options = parser.parse_args()
    if options.model is None:
        parser.error("name a model, or put the shared models beside the checkout")
    if options.onnx is None and kws is not None and options.model == kws:
        options.onnx = kws.parent / "onnx" / "mlperf_tiny_kws_qoperator.onnx"
    return options


def _build_core(folder: Path) -> Path:
    build, core = folder / "build", folder / "core"
    _run("cmake", "-S", str(ROOT), "-B", str(build))
    _run("cmake", "--build", str(build), "-j", "2")
    _run("cmake", "--install", str(build), "--strip", "--prefix", str(core))
    return core


def _in_c(folder: Path, core: Path, bundle: Path) -> list[Contender]:
    """The C program with the shared library, with the archive, and with nothing but itself."""
    library = core / "lib" / "libaiedge.so"
    archive = [str(core / "lib" / "libaiedge.a"), "-lstdc++", "-lm", "-pthread"]
    flags = {
        "aiedge in C, shared": [str(library), f"-Wl,-rpath,{library.parent}"],
        "aiedge in C, archive": archive,
        "aiedge in C, static": ["-static", *archive],
    }
    contenders = []
    for number, (name, link) in enumerate(flags.items()):
        program = folder / f"program{number}"
        source = str(ROOT / "benchmarks" / "footprint.c")
        _run("cc", "-std=c99", "-O2", "-s", source, f"-I{core / 'include'}", *link, "-o", str(program))
        contender = Contender(name, [str(program), str(bundle)])
        shared = number == 0
        contender.installed_bytes = _bytes_of([core]) if shared else program.stat().st_size
        contender.library_bytes = library.stat().st_size if shared else 0
        contenders.append(contender)
    return contenders


def _in_python(models: dict[str, Path | None]) -> list[Contender]:
    contenders = []
    for package, (imports, start) in PYTHON.items():
        try:
            files = _files_of(package)
        except PackageNotFoundError:
            print(f"{package} is not installed", file=sys.stderr)
            continue
        model = models[package]
        if model is None:
            print(f"{package} needs --onnx", file=sys.stderr)
            continue
        command = [sys.executable, "-c", f"{imports}\n{start}{PEAK}", str(model)]
        contender = Contender(package, command, [sys.executable, "-c", imports])
        contender.installed_bytes = _bytes_of(_with_dependencies(package))
        contender.library_bytes = max(
            path.stat().st_size for path in files if ".so" in path.suffixes and not path.is_symlink()
        )
        contenders.append(contender)
    return contenders


def _with_dependencies(package: str) -> list[Path]:
    """The files of a package and of all that it cannot do without."""
    seen: dict[str, list[Path]] = {}
    wanted = [package]
    while wanted:
        name = wanted.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen[name] = _files_of(name)
        requirements = map(Requirement, distribution(name).requires or [])
        wanted += [r.name for r in requirements if r.marker is None or r.marker.evaluate({"extra": ""})]
    return [path for files in seen.values() for path in files]


def _files_of(package: str) -> list[Path]:
    if package == "aiedge":  # which may be installed to be edited, and then has no files of its own
        return [path for path in Path(aiedge.__file__).parent.rglob("*") if path.is_file()]
    paths = [Path(str(file.locate())) for file in distribution(package).files or []]
    return [path for path in paths if path.is_file()]


def _bytes_of(paths: list[Path]) -> int:
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    return sum(
        file.lstat().st_size for file in files if not file.is_dir() and "__pycache__" not in file.parts
    )


def _timed(command: list[str]) -> tuple[float, str]:
    before = CLOCK.monotonic_ns()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return (CLOCK.monotonic_ns() - before) / 1e9, output


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)
    if path is None:
        raise SystemExit(f"{program} is missing")
    subprocess.run([path, *arguments], check=True, stdout=subprocess.DEVNULL)


def _print(contenders: list[Contender]) -> None:
    table = Table(
        "", "import, ms", "start to first result, ms", "peak memory, MB", "installed, MB", "library, MB"
    )
    for c in contenders:
        table.add_row(
            c.name,
            f"{min(c.import_s) * 1e3:.0f}" if c.import_s else "",
            f"{min(c.start_s) * 1e3:.2f}",
            f"{max(c.peak_bytes) / 1e6:.1f}",
            f"{c.installed_bytes / 1e6:.1f}" if c.installed_bytes else "",
            f"{c.library_bytes / 1e6:.2f}" if c.library_bytes else "",
        )
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
