"""``aiedge demo`` and ``aiedge run`` as a user runs them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from aiedge.cli.demo import demo_config
from aiedge.cli.main import run_command
from aiedge.line.config import LineConfig
from aiedge.line.read_config import read_config
from aiedge.telemetry.store import MetricStore

EXAMPLES = Path(__file__).parents[3] / "examples"
AIEDGE = [sys.executable, "-c", "from aiedge.cli.main import main; main()"]
DEMO_LINE = EXAMPLES / "01_demo_line" / "line.yaml"


def demo_line(folder: Path, *changes: tuple[str, str]) -> Path:
    """The example's line, with its store in ``folder`` and faster."""
    text = DEMO_LINE.read_text()
    for old, new in (("part_period_s: 0.2", "part_period_s: 0.15"), *changes):
        assert old in text
        text = text.replace(old, new)
    file = folder / "line.yaml"
    file.write_text(text)
    return file


def test_the_demo_judges_checks_the_gate_and_draws(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out"
    code = run_command(["demo", "--parts", "12", "--seed", "3", "--json", "--output", str(output)])
    captured = capsys.readouterr()
    assert code == 0, captured.err
    document = json.loads(captured.out)
    stats, parts = document["stats"], document["parts"]
    assert stats["parts"] == 12
    assert sum(sum(counts.values()) for counts in parts.values()) == 12
    assert document["gate"] == {
        "passed": stats["good"],
        "rejected": stats["bad"] + stats["unknown"],
        "faults": [],
    }
    judged = stats["good"] + stats["bad"]
    right = parts["good"]["good"] + parts["bad"]["bad"]
    assert judged == 0 or right / judged > 0.5
    assert stats["records"]["stored"] == 12
    with Image.open(document["contact_sheet"]) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 1000
    with MetricStore.open(output / "metrics.db") as store:
        assert store.counters.stored == 12


def test_the_demo_in_a_pipe_prints_plain_lines(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"mqtt://127.0.0.1:{closed.getsockname()[1]}"
        done = subprocess.run(
            [*AIEDGE, "demo", "--parts", "3", "--output", str(tmp_path), "--broker", url],
            capture_output=True,
            text=True,
            check=False,
        )
    assert "capture to gate p50 / p99 / max" in done.stdout
    assert "exactly the boards that were judged bad or unknown" in done.stdout
    assert "\x1b[" not in done.stdout
    # The broker that was asked for is dead: one line, exit code 3, and the records are in the store.
    assert done.returncode == 3
    assert done.stderr.startswith("aiedge: AIE-TEL-022")
    assert len(done.stderr.splitlines()) == 1
    with MetricStore.open(tmp_path / "metrics.db") as store:
        assert store.counters.pending == 3


def test_the_example_is_the_demo_s_line(tmp_path: Path) -> None:
    example = read_config(DEMO_LINE)
    ours = demo_config(100, 1, tmp_path, None)

    def comparable(config: LineConfig) -> dict[str, object]:
        options = {name: value for name, value in config.plc.options.items() if name != "parts"}
        return {**config.model_dump(exclude={"telemetry", "plc"}), "plc": options}

    assert comparable(example) == comparable(ours)


def test_run_ends_after_its_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", str(demo_line(tmp_path)), "--parts", "5", "--json"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["line"] == "demo"
    assert document["parts"] >= 5
    assert document["records"]["stored"] == document["parts"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_line_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        [*AIEDGE, "run", str(demo_line(tmp_path))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        while "parts 0" in (line := process.stdout.readline()):
            pass
        assert "parts" in line
        process.send_signal(number)
        out, err = process.communicate()
    assert process.returncode == 0, err
    last = out.splitlines()[-1]
    assert "telemetry stored" in last
    with MetricStore.open(tmp_path / "demo-output" / "metrics.db") as store:
        assert store.counters.stored == int(last.split("parts ")[1].split(",")[0])


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ([("mode: handshake\n  heartbeat", "mode: handshak\n  heartbeat")], 2, "AIE-CFG-003"),
        ([("aiedge:board_defects", "aiedge:nothing")], 1, "AIE-MOD-001"),
        ([("aiedge:board_defects", "line.yaml")], 1, "AIE-MOD-002"),
        (
            [
                ("driver: camera/sim ", "driver: camera/folder "),
                ("seed: 1\n    trigger: software", "path: absent"),
            ],
            3,
            "AIE-DEV-016",
        ),
        ([("store: demo-output/metrics.db", "store: /proc/none/metrics.db")], 1, "AIE-TEL-003"),
        ([("threshold: 0.4", "threshold: 0.4\n  threshold_by_kind: {scratch: 0.9}")], 1, "AIE-LIN-002"),
    ],
)
def test_what_is_wrong_is_one_line_and_an_exit_code(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], changes: list[tuple[str, str]], code: int, text: str
) -> None:
    assert run_command(["run", str(demo_line(tmp_path, *changes)), "--parts", "2"]) == code
    captured = capfd.readouterr()
    assert text in captured.err
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""


def test_a_dead_plc_is_one_line_and_exit_code_3(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], free_port: int
) -> None:
    text = DEMO_LINE.read_text()
    begin, end = text.index("    mode: handshake\n    part"), text.index("gate:\n")
    text = f"{text[:begin]}    address: 127.0.0.1\n    port: {free_port}\n\n{text[end:]}"
    file = tmp_path / "line.yaml"
    file.write_text(text.replace("driver: plc/sim ", "driver: plc/modbus-tcp "))
    assert run_command(["run", str(file), "--parts", "2"]) == 3
    captured = capfd.readouterr()
    assert "AIE-DEV-004" in captured.err
    assert len(captured.err.splitlines()) == 1


def test_a_full_disk_ends_in_one_line_and_the_parts_were_judged_all_the_same(tmp_path: Path) -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (24_000, resource.RLIM_INFINITY));"
        "from aiedge.cli.main import main; main()"
    )
    MetricStore.open(tmp_path / "demo-output" / "metrics.db").close()
    done = subprocess.run(
        [sys.executable, "-c", program, "run", str(demo_line(tmp_path)), "--parts", "10", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("aiedge: AIE-LIN-006")
    assert len(done.stderr.splitlines()) == 1
    document = json.loads(done.stdout)
    assert document["parts"] >= 10
    assert document["gate"]["delivered"] == document["parts"] - document["unknown_by_reason"].get("plc", 0)
    with MetricStore.open(tmp_path / "demo-output" / "metrics.db") as store:
        assert store.counters.stored == document["records"]["stored"] < 10


@pytest.mark.parametrize("output", ["/proc/none", "file"])
def test_an_output_folder_that_cannot_be_is_a_usage_error(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], output: str
) -> None:
    (tmp_path / "file").touch()
    assert run_command(["demo", "--parts", "1", "--output", str(tmp_path / output)]) == 2
    assert "AIE-CLI-006" in capfd.readouterr().err
