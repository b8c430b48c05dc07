"""The rule checker of the native layers finds what breaks them, and the tree keeps them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_includes", ROOT / "tools" / "check_includes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tree_keeps_its_layers() -> None:
    assert _checker().main(ROOT) == 0


@pytest.mark.parametrize(
    ("file", "include", "allowed"),
    [
        ("src/base/a.h", '"model/bundle.h"', False),
        ("src/model/a.cpp", '"base/status.h"', True),
        ("src/plan/a.cpp", '"kernels/add.h"', False),
        ("src/kernels/a.cpp", '"ops/operator.h"', False),
        ("src/ops/a.cpp", '"model/bundle.h"', False),
        ("src/exec/a.cpp", '"aiedge/aiedge.h"', True),
        ("src/ops/a.cpp", '"aiedge/aiedge.h"', False),
        ("src/kernels/avx2/a.cpp", '"kernels/add.h"', True),
        ("src/kernels/avx2/a.cpp", "<immintrin.h>", True),
        ("src/kernels/avx2/a.cpp", "<algorithm>", False),
        ("src/kernels/avx2/a.cpp", '"kernels/variants.h"', False),
        ("src/kernels/avx2/a.cpp", '"kernels/reference/requant.h"', False),
        ("src/kernels/vnni/a.cpp", '"kernels/vnni/gemm.h"', True),
        ("src/kernels/vnni/a.cpp", '"kernels/avx2/requant.h"', False),
        ("src/kernels/neon/a.cpp", "<arm_neon.h>", True),
        ("src/kernels/neondot/a.cpp", '"kernels/neon/gemm.h"', True),
        ("src/base/sha_ni/a.cpp", '"base/sha256_blocks.h"', True),
        ("src/base/armv8_sha/a.cpp", '"base/sha256.h"', False),
        ("bindings/a.cpp", '"exec/runtime.h"', False),
        ("bindings/a.cpp", '"aiedge/aiedge.h"', True),
        ("bindings/a.cpp", '"peak/peak.h"', True),
        ("src/exec/a.cpp", '"peak/peak.h"', False),
    ],
)
def test_an_include(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, include: str, allowed: bool
) -> None:
    path = tmp_path / "native" / file
    path.parent.mkdir(parents=True)
    path.write_text(f"\n#include {include}\n")
    assert _checker().main(tmp_path) == (0 if allowed else 1)
    assert capsys.readouterr().out == ("" if allowed else f"native/{file}:2: " + _rest(file, include))


def _rest(file: str, include: str) -> str:
    name = include.strip('"<>')
    folder = file.split("/")[-2]
    if folder in ("avx2", "vnni", "armv8_sha"):
        return f"a file compiled for {folder} may not include {name}\n"
    layer = "the bindings" if file.startswith("bindings") else file.split("/")[1]
    return f"{layer} may not include {name}\n"
