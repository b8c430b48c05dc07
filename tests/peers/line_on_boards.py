"""The second example's line, filled in for a test: boards from the shared folder, a real PLC, a real broker."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiedge.line.config import LineConfig
from aiedge.line.open_line import make_step
from aiedge.line.read_config import read_config
from aiedge.types import Verdict
from aiedge_drivers.camera.folder import FolderCamera

EXAMPLE = Path(__file__).parents[2] / "examples" / "02_boards_modbus" / "line.yaml"
AIEDGE = [sys.executable, "-c", "from aiedge.cli.main import main; main()"]
TOPIC = "plant/boards/parts"
GOOD_EVERY = 3


def make_boards(shared: Path, folder: Path, count: int) -> Path:
    """A folder of ``count`` boards by links to the shared ones; each third is its own template, so it is good."""
    folder.mkdir()
    source = shared / "data" / "deeppcb"
    tests = sorted(source.glob("*_test.jpg"))[:: max(1, 500 // count)][:count]
    for index, test in enumerate(tests):
        template = test.with_name(test.name.replace("_test", "_temp"))
        shown = template if index % GOOD_EVERY == 0 else test
        (folder / f"{index:05d}_test.jpg").symlink_to(shown)
        (folder / f"{index:05d}_temp.jpg").symlink_to(template)
    return folder


def write_line(
    folder: Path, boards: Path, plc_port: int, broker_url: str | None, *changes: tuple[str, str]
) -> Path:
    """The example with its three places filled in, and ``changes`` (old, new) made."""
    text = EXAMPLE.read_text()
    filled = [
        ("<folder with the pictures>", str(boards)),
        ("<address of the PLC>", "127.0.0.1"),
        ("port: 502", f"port: {plc_port}"),
        ("data/metrics.db", str(folder / "metrics.db")),
        *changes,
    ]
    if broker_url is None:
        text = text[: text.index("  mqtt:")]
    else:
        filled.append(("<mqtt://address of the broker>", broker_url))
    for old, new in filled:
        assert old in text, old
        text = text.replace(old, new)
    file = folder / "line.yaml"
    file.write_text(text)
    return file


def run_line(file: Path, parts: int) -> dict[str, Any]:
    """``aiedge run`` in a process of its own, to its end; the document that it prints."""
    done = subprocess.run(
        [*AIEDGE, "run", str(file), "--parts", str(parts), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def expected_verdicts(file: Path) -> list[Verdict]:
    """What the line's judge says of each board of the folder, asked without the line."""
    config: LineConfig = read_config(file)
    step = make_step(config)
    options: Mapping[str, Any] = {**config.camera.options, "period_s": 0.0}
    with FolderCamera(**options) as camera:
        count = len(list(Path(options["path"]).glob("*_test.jpg")))
        return [step(camera.read(timeout_s=30.0)).verdict for _ in range(count)]


def other_port(taken: int) -> int:
    """A free TCP port on 127.0.0.1 that is not ``taken``."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port != taken:
            return port
