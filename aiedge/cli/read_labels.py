"""A label file: UTF-8 text, one class label a line."""

from __future__ import annotations

from pathlib import Path

from aiedge.errors import UsageError
from aiedge.open_file import read_file

_LIMIT_BYTES = 1 << 24


def read_labels(path: Path) -> tuple[str, ...]:
    """The labels of ``path`` in order; :class:`UsageError` when it cannot be read as UTF-8 text."""
    try:
        # Editors on Windows put a mark ahead of the first label.
        text = read_file(path, _LIMIT_BYTES).decode("utf-8-sig")
        return tuple(line.strip() for line in text.splitlines())
    except OSError as error:
        raise UsageError("AIE-CLI-002", where=str(path), reason=error.strerror or error) from error
    except UnicodeDecodeError as error:
        raise UsageError(
            "AIE-CLI-002", where=str(path), reason=f"it is not UTF-8 ({error.reason})"
        ) from error
