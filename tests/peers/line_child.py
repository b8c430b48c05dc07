"""A line in a process that a test may kill: one line on standard input starts one, in a fork with everything loaded.

Request: ``LINE.YAML LOG FAULT``. Answer: the child's pid at once, ``ended`` when it has ended. The child appends to
LOG: ``deliver TRIGGER VERDICT`` before a verdict goes to the gate, ``stored SEQUENCE`` when publish has returned.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from aiedge.line.gate.gate import Gate
from aiedge.line.inspect_step import InspectStep, Judgement
from aiedge.line.open_line import open_line
from aiedge.line.read_config import read_config
from aiedge.telemetry.metric import Metric, MetricId
from aiedge.telemetry.store import MetricStore
from aiedge.types import Frame, Verdict


def watch(log: int) -> None:
    """Write down what the child says to the gate, and what the store has acknowledged."""
    deliver, publish = Gate.deliver, MetricStore.publish

    def logged_deliver(self: Gate, part_id: int, verdict: Verdict, trigger: int | None = None) -> bool:
        os.write(log, f"deliver {trigger} {verdict.value}\n".encode())
        return deliver(self, part_id, verdict, trigger)

    def logged_publish(self: MetricStore, metrics: Iterable[Metric], **options: Any) -> tuple[MetricId, ...]:
        ids = publish(self, metrics, **options)
        os.write(log, "".join(f"stored {metric_id.sequence}\n" for metric_id in ids).encode())
        return ids

    Gate.deliver = logged_deliver  # type: ignore[method-assign]
    MetricStore.publish = logged_publish  # type: ignore[method-assign]


def disturb(fault: str) -> None:
    """Make the judge fail or be slow now and then."""
    judge = InspectStep.__call__

    def disturbed(self: InspectStep, frame: Frame) -> Judgement:
        if fault == "model" and frame.sequence % 3 == 0:
            raise RuntimeError("the model was made to fail")
        if fault == "slow" and frame.sequence % 5 == 0:
            time.sleep(0.6)
        return judge(self, frame)

    InspectStep.__call__ = disturbed  # type: ignore[method-assign]


def run(line_file: str, log_file: str, fault: str) -> None:
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    watch(log)
    disturb(fault)
    with open_line(read_config(Path(line_file))) as line:
        line.start()
        while not line.wait(1.0):
            pass
        line.finish()


def fork(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return pid


def main() -> None:
    for request in sys.stdin:
        line_file, log_file, fault = request.split()
        assert threading.active_count() == 1
        pid = fork(lambda: run(line_file, log_file, fault))  # noqa: B023 - called at once
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        os.waitpid(pid, 0)
        sys.stdout.write("ended\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
