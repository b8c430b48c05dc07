"""How long it takes from a frame to the gate, alone and disturbed, part by part.

Usage: ``python benchmarks/line_latency.py [--parts 10000] [--period 0.02] [--cases NAME,...] [--json FILE]``

The line is the demo's: simulated camera and PLC, the shipped model, the handshake, the store. A sample is the time from
the start of a frame's exposure to the moment at which the host has read the PLC's acknowledgement of the verdict. Every
case runs in a process of its own, one after the other; boards are drawn before the line starts.

``alone``; ``spinning``: a Python thread in the line's process counts without end; ``stalled``: each 10 s the disk takes
2 s for a sync (a preloaded library, needs a C compiler); ``alone-5ms`` and ``spinning-5ms``: the same with the
interpreter's default switch interval of 5 ms in place of the line's own, which shows what thread switching costs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from aiedge.bench.machine import machine
from aiedge.cli.demo import demo_config
from aiedge.clock import SystemClock
from aiedge.line import runner
from aiedge.line.config import LineConfig
from aiedge.line.gate.parts import Outcome
from aiedge.line.inspect_step import Judgement
from aiedge.line.open_line import open_line
from aiedge.line.part import Part
from aiedge.types import Frame

CASES = ("alone", "spinning", "stalled", "alone-5ms", "spinning-5ms")
DEFAULT_SWITCH_INTERVAL_S = 0.005
STALL_EVERY_S = 10.0
STALL_S = 2.0
SHARES = (50.0, 99.0, 99.9, 100.0)
WARM_UP_PARTS = 20
SHIM = Path(__file__).resolve().parents[1] / "tests" / "peers" / "slow_sync.c"


class Samples:
    """Keeps the time from capture to gate of each part that the gate took."""

    def __init__(self) -> None:
        self.capture_to_gate_s: list[float] = []
        self.inference_s: list[float] = []

    def judged(self, part: Part, frame: Frame, judgement: Judgement) -> None:
        """See :class:`aiedge.line.runner.Observer`."""

    def finished(self, part: Part) -> None:
        """See :class:`aiedge.line.runner.Observer`."""
        if part.outcome is not Outcome.DELIVERED or part.settled_ns is None:
            return
        self.capture_to_gate_s.append((part.settled_ns - part.captured_ns) / 1e9)
        if part.inferred_ns is not None and part.dequeued_ns is not None:
            self.inference_s.append((part.inferred_ns - part.dequeued_ns) / 1e9)


def main() -> int:
    """Run the cases, print the table, write the raw samples."""
    options = _options()
    if options.one:
        print(json.dumps(_measure(options.one, options.parts, options.period)))
        return 0
    results = [_in_a_process(case, options) for case in options.cases.split(",")]
    _print_table(results)
    if options.json:
        document = {
            "command": sys.argv,
            "machine": machine(("aiedge", "numpy", "pydantic")),
            "parts": options.parts,
            "period_s": options.period,
            "switch_interval_s": runner.SWITCH_INTERVAL_S,
            "cases": results,
        }
        options.json.write_text(json.dumps(document) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", type=int, default=10_000)
    parser.add_argument("--period", type=float, default=0.02, help="seconds from part to part")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--json", type=Path, help="file for the raw samples")
    parser.add_argument("--one", choices=CASES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.cases.split(",")) - set(CASES)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return options


def _in_a_process(case: str, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, __file__, "--one", case, "--parts", str(options.parts)]
    command += ["--period", str(options.period)]
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ)
        if case == "stalled":
            library = Path(folder) / "slow_sync.so"
            subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, SHIM, "-ldl"], check=True)
            environment |= {"LD_PRELOAD": str(library), "SLOW_SYNC": str(Path(folder) / "stalls")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _measure(case: str, parts: int, period_s: float) -> dict[str, Any]:
    if case.endswith("-5ms"):
        runner.SWITCH_INTERVAL_S = DEFAULT_SWITCH_INTERVAL_S
    samples = Samples()
    with tempfile.TemporaryDirectory() as folder:
        config = _config(Path(folder), parts + WARM_UP_PARTS, period_s)
        with open_line(config, observer=samples) as line:
            stop = _disturb(case)
            line.start(parts + WARM_UP_PARTS)
            stops = 0
            while not line.wait(1.0):
                if not line.stats().belt_runs:
                    # The simulated PLC lost the heartbeat: the operator sets it going again, and it is counted.
                    line.plc.program.press_reset()  # type: ignore[attr-defined]  # the simulated PLC has it
                    stops += 1
            stop.set()
            stats = line.finish()
    return {
        "case": case,
        "capture_to_gate_s": samples.capture_to_gate_s[WARM_UP_PARTS:],
        "inference_s": samples.inference_s[WARM_UP_PARTS:],
        "stops": stops,
        "stats": stats.as_json(),
    }


def _config(folder: Path, parts: int, period_s: float) -> LineConfig:
    config = demo_config(parts, 1, folder, None)
    camera = config.camera.model_copy(update={"options": {**config.camera.options, "distinct": 16}})
    plc = config.plc.model_copy(update={"options": {**config.plc.options, "part_period_s": period_s}})
    return config.model_copy(update={"camera": camera, "plc": plc, "stop_timeout_s": 60.0})


def _disturb(case: str) -> threading.Event:
    stop = threading.Event()
    work = {"spinning": _spin, "stalled": _stall}.get(case.removesuffix("-5ms"))
    if work is not None:
        threading.Thread(target=work, args=(stop,), daemon=True).start()
    return stop


def _spin(stop: threading.Event) -> None:
    count = 0
    while not stop.is_set():
        for _ in range(100_000):
            count += 1


def _stall(stop: threading.Event) -> None:
    clock = SystemClock()
    flag = Path(os.environ["SLOW_SYNC"])
    while not clock.wait(stop, STALL_EVERY_S - STALL_S):
        flag.touch()
        clock.sleep(STALL_S / 2)
        flag.unlink()


def _print_table(results: list[dict[str, Any]]) -> None:
    table = Table(title="capture to gate, ms", title_justify="left")
    for name in ("case", "parts", "p50", "p99", "p99.9", "max", "model p50", "unknown", "stops"):
        table.add_column(name, justify="left" if name == "case" else "right", no_wrap=True)
    for result in results:
        times_ms = np.percentile(np.array(result["capture_to_gate_s"]) * 1e3, SHARES, method="inverted_cdf")
        inference_ms = float(np.median(result["inference_s"])) * 1e3
        cells = [f"{value:.2f}" for value in (*times_ms, inference_ms)]
        table.add_row(
            result["case"],
            str(len(result["capture_to_gate_s"])),
            *cells,
            str(result["stats"]["unknown"]),
            str(result["stops"]),
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    sys.exit(main())
