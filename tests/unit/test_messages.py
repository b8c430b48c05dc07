"""The catalogue and the code that raises: every text is used, every code has a text, every value has its place."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import aiedge
import aiedge_drivers
from aiedge.messages import CATALOGUE

CODE = re.compile(r"AIE-[A-Z]{3}-\d{3}")
PACKAGES = [Path(package.__file__).parent for package in (aiedge, aiedge_drivers)]
BINDINGS = Path(__file__).resolve().parents[2] / "native" / "bindings"


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """The modules that may raise; the catalogue names each code, and the shipped test suite only compares."""
    for package in PACKAGES:
        for path in sorted(package.rglob("*.py")):
            if path.parent.name != "messages" and not path.name.startswith("conformance"):
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def codes_of_python() -> set[str]:
    constants = (
        node.value for _, tree in modules() for node in ast.walk(tree) if isinstance(node, ast.Constant)
    )
    return {value for value in constants if isinstance(value, str) and CODE.fullmatch(value)}


def codes_of_bindings() -> set[str]:
    return {
        code for path in BINDINGS.glob("*.cpp") for code in CODE.findall(path.read_text(encoding="utf-8"))
    }


def raising_calls() -> Iterator[tuple[str, str, set[str]]]:
    """Place, code and the values' names of each call that begins with a code and lists its values by name."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            code, names = node.args[0].value, {keyword.arg for keyword in node.keywords}
            if isinstance(code, str) and CODE.fullmatch(code) and None not in names:
                yield f"{path.name}:{node.lineno}", code, {name for name in names if name}


def test_every_code_is_raised_and_every_raised_code_has_a_text() -> None:
    assert codes_of_python() | codes_of_bindings() == CATALOGUE.keys()


@pytest.mark.parametrize(
    ("code", "given"),
    [pytest.param(code, given, id=f"{code} {place}") for place, code, given in raising_calls()],
)
def test_a_text_gets_the_values_that_it_names_and_no_others(code: str, given: set[str]) -> None:
    fields = {name for text in CATALOGUE[code] for _, name, _, _ in string.Formatter().parse(text) if name}
    assert given - {"where"} == fields
