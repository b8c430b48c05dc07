"""What `cmake --install` puts down serves projects outside, and the libraries show their public functions only."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import aiedge._native

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # the first test waits for the build

ROOT = Path(__file__).resolve().parents[2]
OUTSIDE = Path(__file__).parent / "outside"
SOURCES = {"C": ROOT / "examples/c/run_bundle.c", "CXX": ROOT / "examples/cpp/run_bundle.cpp"}
COMPILERS = {"C": ("cc", "-std=c99"), "CXX": ("c++", "-std=c++17")}
MAX_LIBRARY_BYTES = 2 * 1024 * 1024

Case = tuple[Path, Path, bytes]


def _output_of(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _check_run(program: Path, language: str, case: Case, **environment: str) -> None:
    model, data, expected = case
    done = subprocess.run(
        [program, model, data], capture_output=True, text=True, check=False, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    if language == "CXX":
        assert last == "y: " + expected.hex(" ")
    else:
        greatest = max(byte - 256 if byte > 127 else byte for byte in expected)
        assert f" is greatest: {greatest}, " in last


def _configure(cmake: str, installed: Path, build: Path, language: str, wanted: str = "0.1") -> list[str]:
    return [
        cmake, "-S", str(OUTSIDE), "-B", str(build), f"-DLANGUAGE={language}", f"-DWANTED={wanted}",
        f"-DSOURCE={SOURCES[language]}", f"-DCMAKE_PREFIX_PATH={installed}",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["C", "CXX"])
def test_cmake_finds_it(cmake: str, installed: Path, tmp_path: Path, case: Case, language: str) -> None:
    build = tmp_path / "构建 b"
    _output_of(*_configure(cmake, installed, build, language))
    _output_of(cmake, "--build", build)
    for program in ("with_aiedge", "with_static"):
        needs = _output_of("readelf", "-d", build / program)
        assert ("[libaiedge.so.0]" in needs) == (program == "with_aiedge")
        _check_run(build / program, language, case)


def test_cmake_refuses_another_version(cmake: str, installed: Path, tmp_path: Path) -> None:
    command = _configure(cmake, installed, tmp_path / "build", "C", wanted="1.0")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert re.search(r'compatible\s+with\s+requested\s+version\s+"1.0"', done.stderr)


@pytest.mark.parametrize("language", ["C", "CXX"])
@pytest.mark.parametrize("static", [False, True], ids=["shared", "static"])
def test_pkg_config_finds_it(
    debian_program: Callable[[str, str], str],
    installed: Path,
    tmp_path: Path,
    case: Case,
    language: str,
    static: bool,
) -> None:
    pkg_config = debian_program("pkg-config", "pkg-config")
    flags = subprocess.run(
        [pkg_config, "--cflags", "--libs", *(["--static"] if static else []), "aiedge"],
        capture_output=True,
        check=True,
        env=os.environ | {"PKG_CONFIG_PATH": str(installed / "lib" / "pkgconfig")},
    ).stdout.decode("utf-8", "surrogateescape")
    # As `eval` does in a shell; pkg-config may put a stroke before every byte that is not ASCII.
    words = [word.encode("utf-8", "surrogateescape") for word in shlex.split(flags)]
    program = tmp_path / "program"
    command = [*COMPILERS[language], str(SOURCES[language]), "-o", str(program)]
    _output_of(*command, *(["-static"] if static else []), *(os.fsdecode(word) for word in words))
    environment = {} if static else {"LD_LIBRARY_PATH": str(installed / "lib")}
    _check_run(program, language, case, **environment)


def test_shared_library_shows_the_header_only(installed: Path) -> None:
    header = (installed / "include/aiedge/aiedge.h").read_text(encoding="utf-8")
    declared = set(re.findall(r"AIEDGE_API [\w\s*]*?(aiedge_\w+)\(", header))
    assert "aiedge_run" in declared
    library = installed / "lib" / "libaiedge.so"
    exported = [line.split()[1:] for line in _output_of("nm", "-D", "--defined-only", library).splitlines()]
    functions = {tuple(name.split("@@")) for kind, name in exported if kind == "T"}
    assert {name for name, _ in functions} == declared
    assert all(re.fullmatch(r"AIEDGE_0\.\d+", version) for _, version in functions)
    others = {name for kind, name in exported if kind != "T"}
    assert others == {version for _, version in functions}


def test_shared_library_has_its_name_and_needs_the_system_only(installed: Path) -> None:
    dynamic = _output_of("readelf", "-d", installed / "lib" / "libaiedge.so")
    assert re.findall(r"SONAME\).*\[(.*)\]", dynamic) == ["libaiedge.so.0"]
    assert "PATH)" not in dynamic
    needed = set(re.findall(r"NEEDED\).*\[(.*?)\.so", dynamic))
    assert needed <= {
        "libc",
        "libm",
        "libpthread",
        "ld-linux-x86-64",
        "ld-linux-aarch64",
        "libstdc++",
        "libgcc_s",
    }
    target = (installed / "lib" / "libaiedge.so.0").readlink().name
    assert re.fullmatch(r"libaiedge\.so\.0\.\d+\.\d+", target)


def test_archive_hides_what_is_inside(installed: Path) -> None:
    symbols = _output_of("readelf", "--syms", "--wide", installed / "lib" / "libaiedge.a")
    shown = re.findall(r"(?:FUNC|OBJECT) +GLOBAL DEFAULT +\d+ (\S+)", symbols)
    assert "aiedge_run" in shown
    assert [name for name in shown if not name.startswith("aiedge_")] == []


def test_python_module_shows_no_c_function() -> None:
    exported = _output_of("nm", "-D", "--defined-only", aiedge._native.__file__)
    assert "PyInit__native" in exported
    assert "aiedge_" not in exported


def test_stripped_libraries_are_small(installed: Path, tmp_path: Path) -> None:
    for library in (installed / "lib" / "libaiedge.so", Path(aiedge._native.__file__)):
        stripped = tmp_path / library.name
        shutil.copy(library, stripped)
        _output_of("strip", stripped)
        assert stripped.stat().st_size <= MAX_LIBRARY_BYTES
