"""What ``aiedge bench`` does, with contenders that only a developer of the kernels needs.

Usage: ``python benchmarks/engines.py [MODEL.tflite...] [--threads 1,2] [--rounds 30] [--json FILE]``

Without MODEL: the quantized models of ``../shared/models`` (or ``$AIEDGE_SHARED/models``). The exit code is 1 when two
engines gave different bits.

Engines: ``native``; ``native-avx2`` and ``native-reference`` (held to AVX2 and to the portable kernels); ``litert``
(its default, XNNPACK with all that the CPU has); ``litert-avx2`` (held to AVX2, see litert_avx2.py); ``onnxruntime``
(on an all-integer form of the model, see onnx_form.py); ``openvino``. All but the portable kernels: ``--engines all``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from contenders import CONTENDERS, shared_models

from aiedge.bench.machine import machine
from aiedge.bench.measure import measure
from aiedge.bench.result import Result
from aiedge.cli.bench_tables import print_bench

PACKAGES = ("aiedge", "ai-edge-litert", "onnx", "onnxruntime", "openvino", "numpy")


def main() -> int:
    """Measure, print the tables, write the samples; 1 when two engines gave different bits."""
    options = _options()
    models = options.models or shared_models()
    if not models:
        print("no models: name .tflite files, or put the shared models beside the checkout", file=sys.stderr)
        return 2
    who = [CONTENDERS[name] for name in options.engines]
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for model in models:
            files = [model, *_onnx_file(model, Path(folder), options.engines)]
            for threads in options.threads:
                results += measure(
                    model.stem, files, who, threads=threads, rounds=options.rounds, seed=options.seed
                )
                print(f"{model.stem}, {threads} thread(s): done", file=sys.stderr)
    told = machine(PACKAGES)
    print_bench(results, f"{told['cpu']}; commit {told['commit']}")
    if options.json:
        document = {
            "command": sys.argv,
            "machine": told,
            "seed": options.seed,
            "results": [result.as_json() for result in results],
        }
        options.json.write_text(json.dumps(document) + "\n")
    return 0 if all(result.same_bits is not False for result in results) else 1


def _onnx_file(model: Path, folder: Path, engines: Sequence[str]) -> list[Path]:
    """The model for ONNX Runtime; none where nobody asks for it or it has no such form, which is said."""
    if "onnxruntime" not in engines:
        return []
    from onnx_form import onnx_form

    file = folder / f"{model.stem}.onnx"
    try:
        file.write_bytes(onnx_form(model.read_bytes(), model.name))
    except ValueError as error:
        print(f"without onnxruntime: {error}", file=sys.stderr)
        return []
    return [file]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", type=Path, metavar="MODEL.tflite")
    parser.add_argument(
        "--engines", type=_names, default=_names("native,litert"), help=f"all, or of {', '.join(CONTENDERS)}"
    )
    parser.add_argument("--threads", type=_numbers, default=[1, 2], help="numbers of threads, as 1,2")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0, help="of the random inputs")
    parser.add_argument("--json", type=Path, help="file for machine, versions and every sample")
    return parser.parse_args()


def _names(text: str) -> list[str]:
    names = [name for name in CONTENDERS if name != "native-reference"] if text == "all" else text.split(",")
    if unknown := set(names) - set(CONTENDERS):
        raise argparse.ArgumentTypeError(f"unknown engine {', '.join(sorted(unknown))}")
    return names


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
