"""Our quantizer beside ONNX Runtime's quantize_static, on the float MLPerf Tiny models of ../shared.

Both get the same float .onnx, the same calibration samples and the same evaluation samples (quantizer_inputs.py says
what they are). ONNX Runtime: its pre-processing, QDQ, weights for each channel, MinMax, Entropy and Percentile, int8
and uint8 activations: six models, run by ONNX Runtime. Ours: the default options, run by the native engine. Judged on
the model's outputs: SNR beside ONNX Runtime's float, the share of equal classes, and labels where there are some.

    python benchmarks/quantizers.py ../shared [--models kws,ic,vww,ad] [--json FILE]

Needs onnx and onnxruntime.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from quantizer_inputs import INPUTS, Floats, Inputs

import aiedge
from aiedge.bench.machine import machine
from aiedge.cli.native_runner import NativeRunner
from aiedge.clock import SystemClock
from aiedge.model.bundle import write_bundle
from aiedge.model.compile import import_model
from aiedge.model.passes import run_passes
from aiedge.model.quantize.quantize import quantize

METHODS = ("MinMax", "Entropy", "Percentile")
ACTIVATIONS = ("QInt8", "QUInt8")
CLASSES = ("kws", "ic", "vww")


@dataclass(frozen=True)
class Result:
    """One int8 model beside float; ``agreement`` and ``right`` are numbers of samples, None where they mean nothing."""

    model: str
    quantizer: str
    samples: int
    snr_db: float
    agreement: int | None
    right: int | None
    seconds: float


class Evaluation:
    """The float model's outputs, and how near others are."""

    def __init__(self, name: str, path: Path, inputs: Inputs) -> None:
        self.name = name
        self.inputs = inputs
        self.wanted = run_onnx(path, inputs.evaluation)

    def judge(self, quantizer: str, given: NDArray[np.float64], seconds: float) -> Result:
        """Compare rows of outputs with the float model's."""
        error = self.wanted - given
        classes = self.name in CLASSES
        equal = int((self.wanted.argmax(axis=1) == given.argmax(axis=1)).sum())
        labels = self.inputs.labels
        right = None if labels is None else int((given.argmax(axis=1) == labels).sum())
        return Result(
            self.name,
            quantizer,
            len(given),
            float(10 * np.log10((self.wanted**2).sum() / (error**2).sum())),
            equal if classes else None,
            right,
            seconds,
        )


class Reader(CalibrationDataReader):
    """Hands calibration samples to ONNX Runtime."""

    def __init__(self, name: str, samples: Sequence[Floats]) -> None:
        self._name = name
        self._samples = iter(samples)

    def get_next(self) -> dict[str, Floats] | None:
        """The next sample, or None."""
        sample = next(self._samples, None)
        return None if sample is None else {self._name: sample}


def run_onnx(path: Path, samples: Sequence[Floats]) -> NDArray[np.float64]:
    """Rows of the first output, by ONNX Runtime on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    rows = [session.run(None, {name: sample})[0].reshape(1, -1) for sample in samples]
    return np.concatenate(rows).astype(np.float64)


def theirs(path: Path, evaluation: Evaluation) -> Iterator[Result]:
    """All six forms of quantize_static."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
        name = onnxruntime.InferenceSession(str(prepared)).get_inputs()[0].name
        for method in METHODS:
            for activations in ACTIVATIONS:
                made = Path(folder) / f"{method}{activations}.onnx"
                began = clock.monotonic_ns()
                quantize_static(
                    str(prepared),
                    str(made),
                    Reader(name, evaluation.inputs.calibration),
                    quant_format=QuantFormat.QDQ,
                    per_channel=True,
                    activation_type=QuantType[activations],
                    weight_type=QuantType.QInt8,
                    calibrate_method=CalibrationMethod[method],
                )
                seconds = (clock.monotonic_ns() - began) / 1e9
                given = run_onnx(made, evaluation.inputs.evaluation)
                yield evaluation.judge(f"quantize_static {method} {activations}", given, seconds)


def ours(path: Path, evaluation: Evaluation) -> Result:
    """The default options; the result is what a bundle of it gives in the native engine."""
    clock = SystemClock()
    graph = import_model(path.read_bytes(), path.name)
    began = clock.monotonic_ns()
    samples = [[sample] for sample in evaluation.inputs.calibration]
    made = quantize(graph, samples, NativeRunner())
    seconds = (clock.monotonic_ns() - began) / 1e9
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "model.aie"
        bundle.write_bytes(write_bundle(run_passes(made.graph)))
        model = aiedge.load(str(bundle), threads=1)
        rows = []
        for sample in evaluation.inputs.evaluation:
            output = model(model.inputs[0].quantize(sample))
            rows.append(np.asarray(model.outputs[0].dequantize(output)).reshape(1, -1))
    report = made.report
    way = f"aiedge ({report.method}, weights {report.weights}"
    way += f"{', equalized' * report.equalized}{', bias corrected' * report.bias_corrected})"
    return evaluation.judge(way, np.concatenate(rows).astype(np.float64), seconds)


def reference(shared: Path, evaluation: Evaluation) -> Result:
    """The int8 model of the benchmark suite on the same samples."""
    model = aiedge.load(str(shared / f"models/mlperf_tiny_{evaluation.name}_int8.tflite"), threads=1)
    rows = []
    for sample in evaluation.inputs.evaluation:
        output = model(model.inputs[0].quantize(sample))
        rows.append(np.asarray(model.outputs[0].dequantize(output)).reshape(1, -1))
    return evaluation.judge("the suite's int8 model", np.concatenate(rows).astype(np.float64), 0.0)


def main() -> int:
    """Print a table; 1 where ours is worse than the best of theirs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("--models", default=",".join(INPUTS))
    parser.add_argument("--json", type=Path, help="file for all results and the machine")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    results: list[Result] = []
    worse: list[str] = []
    for name in options.models.split(","):
        path = options.shared / f"models/onnx/mlperf_tiny_{name}_fp32.onnx"
        evaluation = Evaluation(name, path, INPUTS[name](options.shared))
        mine = ours(path, evaluation)
        others = list(theirs(path, evaluation))
        float_row = (
            evaluation.judge("float", evaluation.wanted + 0.0, 0.0)
            if evaluation.inputs.labels is not None
            else None
        )
        extra = [reference(options.shared, evaluation)] + ([float_row] if float_row else [])
        for result in (*extra, mine, *others):
            print_row(result)
        results += [*extra, mine, *others]
        if any(is_worse(mine, other) for other in others):
            worse.append(name)
    if options.json:
        document = {
            "command": sys.argv,
            "machine": machine(("aiedge", "numpy", "onnx", "onnxruntime")),
            "inputs": {name: INPUTS[name](options.shared).description for name in options.models.split(",")},
            "results": [asdict(result) for result in results],
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    print(f"worse than quantize_static: {', '.join(worse) or 'none'}")
    return 1 if worse else 0


def is_worse(mine: Result, other: Result) -> bool:
    """Whether ours is below in labels, or where there are none in SNR or agreement."""
    if mine.right is not None and other.right is not None:
        return mine.right < other.right
    return mine.snr_db < other.snr_db or (mine.agreement or 0) < (other.agreement or 0)


def print_row(result: Result) -> None:
    """One line of the table."""
    agreement = "" if result.agreement is None else f"{result.agreement}/{result.samples}"
    right = "" if result.right is None else f"{result.right}/{result.samples}"
    print(
        f"{result.model:4} {result.quantizer:64} {result.snr_db:7.2f} dB {agreement:>8} {right:>8} "
        f"{result.seconds:6.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
