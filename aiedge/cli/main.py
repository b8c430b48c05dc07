"""The ``aiedge`` command: its subcommands, and what a person sees when something is wrong."""

from __future__ import annotations

import logging
import os
import sys

import typer

from aiedge.cli.compile import compile_command
from aiedge.cli.demo import demo
from aiedge.cli.infer import infer
from aiedge.cli.inspect import inspect
from aiedge.cli.run import run
from aiedge.errors import EXIT_FAILED, AiedgeError, UsageError

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
    # Typer parses them; main() reads --debug itself, because it must hold before parsing has succeeded.
    del debug, version


def main() -> None:
    """Run the command line and exit with the code of design: 0 done, 1 failed, 2 usage, 3 unreachable."""
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; every error becomes one clear line on standard error and an exit code."""
    if "--debug" in arguments:
        logging.basicConfig()
    # Without a handler Python would print warnings of its own beside the one clear line.
    logging.getLogger("aiedge").addHandler(logging.NullHandler())
    try:
        code = app(arguments or ["--help"], standalone_mode=False)
    except typer.TyperException as error:
        return _report(UsageError("AIE-CLI-008", reason=error.format_message().rstrip(".")))
    except typer.Abort:
        return EXIT_FAILED
    except BrokenPipeError:
        # The reader of a pipe went away (`| head`): not an error, and nothing more can be printed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except AiedgeError as error:
        if "--debug" in arguments:
            raise
        return _report(error)
    except Exception as error:
        if "--debug" in arguments:
            raise
        return _report(UsageError("AIE-CLI-009", reason=f"{type(error).__name__}: {error}"), EXIT_FAILED)
    return code if isinstance(code, int) else 0


def _report(error: AiedgeError, exit_code: int | None = None) -> int:
    sys.stderr.write(f"aiedge: {error}\n")
    return error.exit_code if exit_code is None else exit_code
