"""Standard output that prints every character and says in one way that it cannot be written."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TextIO

from aiedge.errors import OutputError


class ReaderGone(Exception):
    """The reader of the pipe that is standard output went away, as in ``| head``.

    Not a ``BrokenPipeError``, which the libraries that print each treat in a way of their own.
    """


class StandardOutput(io.TextIOWrapper):
    """Raises :class:`ReaderGone` or :class:`OutputError`, once; what is printed after that goes nowhere."""

    def write(self, text: str) -> int:
        """See ``io.TextIOWrapper``."""
        with self._told():
            return super().write(text)

    def flush(self) -> None:
        """See ``io.TextIOWrapper``."""
        with self._told():
            super().flush()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            send_nowhere(self)
            if isinstance(error, BrokenPipeError):
                raise ReaderGone from error
            raise OutputError("AIE-CLI-006", where="standard output", reason=error.strerror) from error


def send_nowhere(stream: TextIO) -> None:
    """Drop what a stream could not write.

    Python tries it again at its end, where it complains in its own words and exits with 120.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def install() -> None:
    """Make it ``sys.stdout``, if that is a stream of this process."""
    old = sys.stdout
    if isinstance(old, io.TextIOWrapper):
        # Names of files and labels are any text; a terminal may know fewer characters.
        sys.stdout = StandardOutput(
            old.buffer, encoding=old.encoding, errors="backslashreplace", line_buffering=old.line_buffering
        )
