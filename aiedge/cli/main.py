"""The ``aiedge`` command, and what a person sees when something is wrong."""

from __future__ import annotations

import logging
import sys
import traceback

from aiedge.cli.standard_output import ReaderGone, install, send_nowhere
from aiedge.errors import EXIT_FAILED, AiedgeError, UsageError

# What a shell says of a program that Ctrl-C ended.
EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with the code of design: 0 done, 1 failed, 2 usage, 3 unreachable."""
    install()
    sys.exit(run_command(sys.argv[1:]))


def run_command(arguments: list[str]) -> int:
    """Run one command line; every error becomes one clear line on standard error and an exit code."""
    debug = "--debug" in arguments
    if debug:
        logging.basicConfig()
    # Without a handler Python would print warnings of its own beside the one clear line.
    logging.getLogger("aiedge").addHandler(logging.NullHandler())
    try:
        # Here, because it takes a while, and Ctrl-C must end that like everything else.
        from aiedge.cli.app import run_app

        code = run_app(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except ReaderGone:
        return 0
    except Exception as error:  # noqa: BLE001 - a person is told in one line, whatever it is
        return _report(error, debug)
    return code


def _report(error: Exception, debug: bool) -> int:
    if isinstance(error, AiedgeError):
        exit_code, line = error.exit_code, str(error)
    else:
        exit_code = EXIT_FAILED
        line = str(UsageError("AIE-CLI-009", reason=f"{type(error).__name__}: {error}"))
    if sys.stderr is not None:
        try:
            if debug:
                traceback.print_exception(error)
            sys.stderr.write(f"aiedge: {line}\n")
            sys.stderr.flush()
        except OSError:
            # Nobody can be told; the exit code says it.
            send_nowhere(sys.stderr)
    return exit_code
