"""The benchmark of pre-processing checks that all ways make the same input, within a step or two, and runs each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_prepare() -> None:
    command = [sys.executable, str(ROOT / "benchmarks" / "prepare.py"), "--rounds", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["seconds"]
    assert len(results) == 5
    for seconds in results.values():
        assert seconds.keys() == {"native", "portable", "plain", "table"}
        assert min(seconds.values()) > 0
