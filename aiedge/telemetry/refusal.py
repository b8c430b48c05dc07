"""Why the store did not take a batch: one value that becomes a counter's name and an error."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from aiedge.errors import TelemetryError

# SQLite's own texts (sqlite3.c, sqlite3ErrStr), since Python 3.10 does not give the number; their code here.
_CODE_OF_TEXT = {
    "database or disk is full": "AIE-TEL-006",
    "database is locked": "AIE-TEL-005",
    "readonly database": "AIE-TEL-004",
    "malformed": "AIE-TEL-008",
    "file is not a database": "AIE-TEL-008",
    "unable to open database file": "AIE-TEL-003",
}
_REASON_OF_CODE = {
    "AIE-TEL-003": "cannot_open",
    "AIE-TEL-004": "read_only",
    "AIE-TEL-005": "locked",
    "AIE-TEL-006": "disk_full",
    "AIE-TEL-007": "disk_error",
    "AIE-TEL-008": "damaged",
}


class Refusal(NamedTuple):
    """``reason``: the counter's name; ``code`` and ``values``: the error for whoever asked."""

    reason: str
    code: str
    values: Mapping[str, object] = {}

    @classmethod
    def of(cls, error: TelemetryError) -> Refusal:
        """What :func:`translated` raised, as a refusal."""
        return cls(_REASON_OF_CODE[error.code], error.code, {"reason": str(error.__cause__)})

    def error(self, where: str) -> TelemetryError:
        """A new error, so that every thread that waited raises one of its own."""
        return TelemetryError(self.code, where=where, **self.values)


@contextlib.contextmanager
def translated(where: Path | str) -> Iterator[None]:
    """Turn what SQLite raises into a :class:`TelemetryError`, AIE-TEL-003 to -008."""
    try:
        yield
    except sqlite3.Error as error:
        text = str(error)
        code = next((code for part, code in _CODE_OF_TEXT.items() if part in text), "AIE-TEL-007")
        raise TelemetryError(code, where=str(where), reason=text) from error
