"""Whatever reads a model's file to run it asks the policy; a new reader must be named here, with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import aiedge

PACKAGE = Path(aiedge.__file__).parent
RUN_NOTHING = {
    "model/read_file.py": "defines it",
    "model/compile.py": "makes a bundle",
    "cli/read_bundle_file.py": "for aiedge sign, which runs nothing, and verify, which checks the signature itself",
}


def calls(source: Path) -> set[str]:
    """The names of functions that a module calls."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    functions = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {getattr(function, "id", getattr(function, "attr", "")) for function in functions}


def test_whatever_reads_a_model_asks_the_policy() -> None:
    readers = {
        str(path.relative_to(PACKAGE)): calls(path)
        for path in PACKAGE.rglob("*.py")
        if "read_model_file" in path.read_text(encoding="utf-8")
    }
    assert {"api.py", "cli/inspect.py", "diff/model_file.py"} <= readers.keys()
    assert RUN_NOTHING.keys() <= readers.keys()
    for name in readers.keys() - RUN_NOTHING.keys():
        assert "demand_trust" in readers[name], name


def test_verify_checks_before_it_makes_an_engine() -> None:
    source = (PACKAGE / "cli" / "verify.py").read_text(encoding="utf-8")
    assert source.index("check_signature(data, ") < source.index("engine_of(data, ")
