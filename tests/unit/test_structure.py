"""What import-linter cannot see: the native module is no Python source."""

from __future__ import annotations

import ast
from pathlib import Path

import aiedge

PACKAGE = Path(aiedge.__file__).parent
MAY_SEE_THE_NATIVE_MODULE = {"engines", "vision"}


def imports_native(source: Path) -> bool:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            imported = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        else:
            continue
        if any(name.startswith("aiedge._native") for name in imported):
            return True
    return False


def test_only_engines_and_vision_see_the_native_module() -> None:
    seeing = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py") if imports_native(path)}
    assert seeing
    assert seeing <= MAY_SEE_THE_NATIVE_MODULE
