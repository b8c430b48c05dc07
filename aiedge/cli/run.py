"""``aiedge run``: a line described in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aiedge.cli.drive import drive
from aiedge.cli.live import make_display
from aiedge.cli.output import print_json
from aiedge.line.open_line import open_line
from aiedge.line.read_config import read_config


def run(
    file: Annotated[Path, typer.Argument(help="The line's description, see docs/line.md.")],
    parts: Annotated[int | None, typer.Option(min=1, help="End after so many parts.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end.")] = False,
) -> None:
    """Run a line until its parts are done, or until Ctrl-C or SIGTERM."""
    config = read_config(file)
    with open_line(config) as line:
        with make_display(config.name, silent=as_json) as display:
            stats = drive(line, display, parts)
        if as_json:
            print_json({"line": config.name, **stats.as_json()})
        line.check_telemetry()
