"""What the compiler made of the AVX2 kernels: nothing that an AVX2 machine lacks, and nothing that others could get.

A CPU without AVX-512 stops at the first EVEX instruction; and an inline function that a kernel's file shares with the
rest of the core would, if the linker kept that copy, stop a CPU without AVX2.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import aiedge._native

NATIVE = Path(__file__).resolve().parents[2] / "native"
IS_X86 = platform.machine() in ("x86_64", "AMD64")

# objdump prints "  address:<tab>bytes<tab>instruction"; in 64-bit code a first byte of 62 is always EVEX.
EVEX = re.compile(r"^\s*[0-9a-f]+:\t62 .*$", re.MULTILINE)
YMM = re.compile(r"^\s*[0-9a-f]+:\t[0-9a-f ]+\t.*%ymm", re.MULTILINE)


def disassemble(file: Path) -> str:
    """All code of an object or a library."""
    return subprocess.run(["objdump", "-d", str(file)], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def cxx() -> str:
    """A C++ compiler and binutils, which whoever built the package has."""
    assert shutil.which("objdump") is not None, "apt-get install binutils"
    compiler = shutil.which("c++")
    assert compiler is not None, "apt-get install g++"
    return compiler


def compile_kernel(cxx: str, source: Path, to: Path) -> Path:
    """The object of one kernel file, with the options that decide about its code."""
    options = [
        "-std=c++20",
        "-O3",
        "-mavx2",
        "-ffp-contract=off",
        "-fPIC",
        "-DAIEDGE_X86_64",
        f"-I{NATIVE / 'src'}",
    ]
    subprocess.run([cxx, *options, "-c", str(source), "-o", str(to)], check=True)
    return to


def test_kernel_objects(cxx: str, tmp_path: Path) -> None:
    sources = sorted((NATIVE / "src" / "kernels" / "avx2").glob("*.cpp"))
    with_vectors = set()
    for source in sources if IS_X86 else ():
        built = compile_kernel(cxx, source, tmp_path / f"{source.stem}.o")
        code = disassemble(built)
        if YMM.search(code):
            with_vectors.add(source.stem)
        assert not EVEX.search(code), f"{source.name} needs AVX-512"
        symbols = subprocess.run(["nm", "-C", str(built)], check=True, capture_output=True, text=True).stdout
        shared = [line for line in symbols.splitlines() if re.search(r"^[0-9a-f]+ [WVu] ", line)]
        assert not shared, f"{source.name} has code that the linker may keep for everybody"
    assert ("gemm" in with_vectors) == IS_X86, "compiled without AVX2"


def test_installed_module_needs_no_avx512(cxx: str) -> None:
    code = disassemble(Path(aiedge._native.__file__))
    assert bool(YMM.search(code)) == IS_X86, "AVX2 kernels are built for x86-64, and only for it"
    assert not EVEX.search(code)
