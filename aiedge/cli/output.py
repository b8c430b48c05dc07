"""How commands print: one JSON document, or tables that a person reads."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from aiedge.errors import OutputError


def print_json(document: Any) -> None:
    """Print one JSON document on standard output and nothing else, whole. NaN is refused: it is not JSON.

    Raises :class:`OutputError` when there is no standard output.
    """
    if sys.stdout is None:
        raise OutputError("AIE-CLI-006", where="standard output", reason="it is closed")
    text = json.dumps(document, indent=2, allow_nan=False, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        # The encoding lacks a character, or a file's name is no text: JSON can escape both.
        text = json.dumps(document, indent=2, allow_nan=False)
    sys.stdout.write(f"{text}\n")


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()
) -> None:
    """Print a table under a title; the columns in ``right`` are aligned to the right."""
    table = simple_table(columns, right)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console = Console()
    # Not the table's own title: that would be folded to the table's width.
    console.print(title, style="bold", highlight=False, markup=False)
    console.print(table)


def simple_table(columns: Sequence[str], right: Collection[int] = ()) -> Table:
    """A table in the style of all commands, without rows yet."""
    table = Table(header_style="bold", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for index, column in enumerate(columns):
        table.add_column(column, justify="right" if index in right else "left", overflow="fold")
    return table
