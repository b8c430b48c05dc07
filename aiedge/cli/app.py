"""The subcommands, and their parsing."""

from __future__ import annotations

import typer

from aiedge.cli.bench import bench
from aiedge.cli.compile import compile_command
from aiedge.cli.demo import demo
from aiedge.cli.diff import diff
from aiedge.cli.infer import infer
from aiedge.cli.inspect import inspect
from aiedge.cli.keys import keys_app
from aiedge.cli.quantize import quantize_command
from aiedge.cli.run import run
from aiedge.cli.sign import sign
from aiedge.cli.verify import verify
from aiedge.errors import EXIT_FAILED, UsageError

app = typer.Typer(
    name="aiedge",
    help="Quantized inference from the camera to the reject gate.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(run)
app.command()(infer)
app.command()(inspect)
app.command("compile")(compile_command)
app.command()(bench)
app.command()(diff)
app.command()(sign)
app.command()(verify)
app.add_typer(keys_app, name="keys")
app.command("quantize")(quantize_command)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"aiedge {version('aiedge')}")
        raise typer.Exit


@app.callback()
def _options(
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of an error."),
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Options before the command."""
    # Typer parses them; run_command() reads --debug itself, because it must hold before parsing has succeeded.
    del debug, version


# Made once: to read every signature takes longer than most commands.
_command = typer.main.get_command(app)


def run_app(arguments: list[str]) -> int:
    """Run one command line; its exit code. Raises what the command raises, and :class:`UsageError`."""
    try:
        code = _command(arguments or ["--help"], standalone_mode=False)
    except typer.TyperException as error:
        raise UsageError("AIE-CLI-008", reason=error.format_message().rstrip(".")) from error
    except typer.Abort:
        return EXIT_FAILED
    return code if isinstance(code, int) else 0
