"""``aiedge demo``: the whole line on this machine, without hardware, network or account."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from aiedge.cli.contact_sheet import draw_contact_sheet, save_contact_sheet
from aiedge.cli.demo_watch import DemoWatch
from aiedge.cli.drive import drive
from aiedge.cli.live import make_display
from aiedge.cli.output import print_json, print_table
from aiedge.errors import EXIT_FAILED, BrokerUnreachable, OutputError, UsageError
from aiedge.line.config import LineConfig
from aiedge.line.line_stats import LineStats
from aiedge.line.open_line import open_line
from aiedge.telemetry.broker import BrokerAddress
from aiedge.telemetry.mqtt import check_broker

DEFAULT_BROKER = "mqtt://127.0.0.1:1883"
_PERIOD_S = 0.2
_PROBE_S = 0.3
# Nobody is there to press the simulated PLC's reset.
_PATIENCE_S = 10.0


def demo(
    parts: Annotated[int, typer.Option(min=1, max=20_000, help="How many boards pass.")] = 100,
    seed: Annotated[int, typer.Option(min=0, max=0xFFFF_FFFF, help="Another seed, other boards.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    broker: Annotated[
        str | None, typer.Option(metavar="URL", help=f"An MQTT broker; else {DEFAULT_BROKER} if it answers.")
    ] = None,
    output: Annotated[Path, typer.Option(metavar="DIR", help="Where the results go.")] = Path("demo-output"),
) -> None:
    """Inspect simulated circuit boards: camera, int8 model, verdict, reject gate, telemetry, end to end."""
    if broker is not None:
        BrokerAddress.parse(broker)  # raises what is wrong with it
    output = _folder(output)
    url = _broker_here() if broker is None else broker
    watch = DemoWatch()
    with open_line(demo_config(parts, seed, output, url), observer=watch) as line:
        watch.labels = line.labels
        if not as_json:
            typer.echo(f"{parts} simulated boards, one every {_PERIOD_S:g} s. {_telemetry_line(url, output)}")
        with make_display("demo", silent=as_json) as display:
            stats = drive(line, display, parts, patience_s=_PATIENCE_S)
        faults = watch.gate_faults(line.plc)
        picture = draw_contact_sheet(_title(stats), watch.tiles(), line.labels)
        sheet: Path | None = None
        unsaved: OutputError | None = None
        try:
            sheet = save_contact_sheet(picture, output / "contact-sheet.png")
        except OutputError as error:
            # What the line did is worth more than its picture: that is told first.
            unsaved = error
        if as_json:
            print_json(_document(seed, stats, watch, faults, sheet, url))
        else:
            _print_summary(stats, watch, faults, sheet)
        if faults:
            raise typer.Exit(EXIT_FAILED)
        line.check_telemetry()
        if unsaved is not None:
            raise unsaved


def demo_config(parts: int, seed: int, output: Path, broker: str | None) -> LineConfig:
    """The demo's line: what examples/01_demo_line/line.yaml describes, for so many parts."""
    telemetry: dict[str, Any] = {"store": str(output / "metrics.db")}
    if broker is not None:
        telemetry["mqtt"] = {"url": broker, "topic": "aiedge/demo/parts"}
    return LineConfig.model_validate(
        {
            "name": "demo",
            "camera": {
                "driver": "camera/sim",
                "trigger": "software",
                "options": {"seed": seed, "trigger": "software"},
            },
            "model": {"path": "aiedge:board_defects"},
            "inspect": {"threshold": 0.4},
            "plc": {
                "driver": "plc/sim",
                "options": {
                    "mode": "handshake",
                    "part_period_s": _PERIOD_S,
                    "travel_s": 0.3,
                    "heartbeat_timeout_s": 1.0,
                    "parts": parts,
                },
            },
            "gate": {"mode": "handshake", "heartbeat_timeout_s": 1.0},
            "deadline_s": 0.5,
            "frame_timeout_s": 0.2,
            "telemetry": telemetry,
        }
    )


def _folder(output: Path) -> Path:
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError("AIE-CLI-006", where=str(output), reason=error.strerror or error) from error
    return output.resolve()


def _broker_here() -> str | None:
    try:
        check_broker(DEFAULT_BROKER, _PROBE_S)
    except BrokerUnreachable:
        return None
    return DEFAULT_BROKER


def _telemetry_line(url: str | None, output: Path) -> str:
    kept = f"Metrics are kept in {output / 'metrics.db'}"
    if url is None:
        return f"{kept}; no broker answers at {DEFAULT_BROKER}, so none are sent."
    return f"{kept} and sent to {url}."


def _title(stats: LineStats) -> str:
    return f"aiedge demo: {stats.parts} boards, {stats.good} good, {stats.bad} bad, {stats.unknown} unknown"


def _document(
    seed: int, stats: LineStats, watch: DemoWatch, faults: list[str], sheet: Path | None, url: str | None
) -> dict[str, Any]:
    return {
        "seed": seed,
        "stats": stats.as_json(),
        **watch.score.as_json(),
        "gate": {"rejected": watch.rejected, "passed": watch.passed, "faults": faults},
        "contact_sheet": None if sheet is None else str(sheet),
        "broker": url,
    }


def _print_summary(stats: LineStats, watch: DemoWatch, faults: list[str], sheet: Path | None) -> None:
    score = watch.score.as_json()
    print_table(
        "verdicts against the generator's truth",
        ["truth", "good", "bad", "unknown"],
        [[truth, *(str(n) for n in counts.values())] for truth, counts in score["parts"].items()],
        right={1, 2, 3},
    )
    print_table(
        "defects",
        ["kind", "found", "missed", "false"],
        [[kind, *(str(n) for n in counts.values())] for kind, counts in score["defects"].items()],
        right={1, 2, 3},
    )
    typer.echo(f"gate: {watch.passed} passed, {watch.rejected} rejected")
    for fault in faults:
        typer.echo(f"gate: WRONG: {fault}")
    if not faults:
        typer.echo("gate: it opened for exactly the boards that were judged bad or unknown")
    typer.echo(f"telemetry: {stats.records.stored} stored, {stats.sent} sent")
    typer.echo(f"contact sheet: {sheet or 'not written'}")
