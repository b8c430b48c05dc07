"""What the compiler made of the AVX2 kernels: nothing that an AVX2 machine lacks, and nothing that others could get.

A CPU without AVX-512 stops at the first EVEX instruction; and an inline function that a kernel's file shares with the
rest of the core would, if the linker kept that copy, stop a CPU without AVX2.
"""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

import pytest

import aiedge._native

IS_X86 = platform.machine() in ("x86_64", "AMD64")

# objdump prints "  address:<tab>bytes<tab>instruction"; in 64-bit code a first byte of 62 is always EVEX.
EVEX = re.compile(r"^\s*[0-9a-f]+:\t62 .*$", re.MULTILINE)
YMM = re.compile(r"^\s*[0-9a-f]+:\t[0-9a-f ]+\t.*%ymm", re.MULTILINE)


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(900)  # it may be the test that waits for the build
def test_kernel_objects(native_build: Path) -> None:
    objects = list((native_build / "CMakeFiles").rglob("avx2/*.o"))
    assert bool(objects) == IS_X86
    with_vectors = set()
    for built in objects:
        code = output_of("objdump", "-d", str(built))
        assert not EVEX.search(code), f"{built.name} needs AVX-512"
        if YMM.search(code):
            with_vectors.add(built.name)
        symbols = output_of("nm", "-C", str(built)).splitlines()
        shared = [line for line in symbols if re.search(r"^[0-9a-f]+ [WVu] ", line)]
        assert not shared, f"{built.name} has code that the linker may keep for everybody"
    assert ("gemm_tiles.cpp.o" in with_vectors) == IS_X86, "compiled without AVX2"


def test_installed_module_needs_no_avx512() -> None:
    code = output_of("objdump", "-d", aiedge._native.__file__)
    assert bool(YMM.search(code)) == IS_X86, "AVX2 kernels are built for x86-64, and only for it"
    assert not EVEX.search(code)
