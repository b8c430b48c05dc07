"""What the compiler made of the kernels: nothing that their instruction set lacks, and nothing that others could get.

A CPU without AVX-512 stops at the first EVEX instruction; and an inline function that a kernel's file shares with the
rest of the core would, if the linker kept that copy, stop a CPU without the file's instruction set.
"""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

import pytest
from other_cpus import OtherCpu

import aiedge._native

IS_X86 = platform.machine() in ("x86_64", "AMD64")

# objdump prints "  address:<tab>bytes<tab>instruction"; in 64-bit code a first byte of 62 is always EVEX.
EVEX = re.compile(r"^\s*[0-9a-f]+:\t62 .*$", re.MULTILINE)
# A function's name and code.
FUNCTION = re.compile(r"^[0-9a-f]+ <([^>]*)>:\n((?:.+\n?)*)", re.MULTILINE)
YMM = re.compile(r"^\s*[0-9a-f]+:\t[0-9a-f ]+\t.*%ymm", re.MULTILINE)
ZMM = re.compile(r"^\s*[0-9a-f]+:\t[0-9a-f ]+\t.*%zmm", re.MULTILINE)
VEX_DOT = re.compile(r"^\s*[0-9a-f]+:\tc4 [0-9a-f ]+\t.*vpdpbusd .*%ymm", re.MULTILINE)
# ARM's dot products and matrix products of bytes.
ARM_PRODUCT = re.compile(r"\t([a-z]*(?:dot|mmla))\t")
ARM_FOLDERS = ("neondot", "neoni8mm")


def output_of(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.timeout(900)  # it may be the test that waits for the build
@pytest.mark.parametrize(
    ("objects_of", "main_loop", "vectors", "has_avx512"),
    [
        ("aiedge_core.dir/**/avx2", "gemm_tiles.cpp.o", YMM, False),
        ("aiedge_avxvnni.dir/**/vnni", "gemm_tiles.cpp.o", VEX_DOT, False),
        ("aiedge_avx512vnni.dir/**/vnni", "gemm_tiles.cpp.o", ZMM, True),
    ],
)
def test_kernel_objects(
    native_build: Path, objects_of: str, main_loop: str, vectors: re.Pattern[str], has_avx512: bool
) -> None:
    objects = list((native_build / "CMakeFiles").glob(f"{objects_of}/*.o"))
    assert bool(objects) == IS_X86
    with_vectors = set()
    for built in objects:
        code = output_of("objdump", "-d", str(built))
        assert has_avx512 or not EVEX.search(code), f"{built.name} needs AVX-512"
        if vectors.search(code):
            with_vectors.add(built.name)
        symbols = output_of("nm", "-C", str(built)).splitlines()
        shared = [line for line in symbols if re.search(r"^[0-9a-f]+ [WVu] ", line)]
        assert not shared, f"{built.name} has code that the linker may keep for everybody"
    assert (main_loop in with_vectors) == IS_X86, "compiled without its instruction set"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_linked_library_needs_avx512_in_its_kernels_only(native_build: Path) -> None:
    code = output_of("objdump", "-d", str(native_build / "libaiedge.so"))
    with_avx512 = [name for name, body in FUNCTION.findall(code) if EVEX.search(body)]
    assert bool(with_avx512) == IS_X86
    # The second is that of builds with tests.
    assert not [name for name in with_avx512 if "avx512vnni" not in name and "avxvnni_evex" not in name]


def test_installed_module_has_the_kernels() -> None:
    code = output_of("objdump", "-d", aiedge._native.__file__)
    for vectors in (YMM, ZMM, VEX_DOT):
        assert bool(vectors.search(code)) == IS_X86, "built for x86-64, and only for it"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_arm_products_stay_in_their_kernels(other_cpu: OtherCpu) -> None:
    """A 64-bit ARM CPU without the dot product or the matrix product runs everything but their kernels."""
    code = output_of(f"{other_cpu.triple}-objdump", "-d", str(other_cpu.folder / "libaiedge.a"))
    used: dict[str, set[str]] = {}
    for name, body in FUNCTION.findall(code):
        folder = next((folder for folder in ARM_FOLDERS if folder in name), "elsewhere")
        used.setdefault(folder, set()).update(ARM_PRODUCT.findall(body))
    assert used["elsewhere"] == set()
    if other_cpu.name == "aarch64":
        assert used["neondot"] == {"sdot"}
        assert "smmla" in used["neoni8mm"]
        assert used["neoni8mm"] <= {"sdot", "smmla"}
    else:
        assert set(used) == {"elsewhere"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_arm_kernels_share_no_code(other_cpu: OtherCpu) -> None:
    objects = list((other_cpu.folder / "CMakeFiles").glob("aiedge_core.dir/**/neon*/*.o"))
    assert bool(objects) == (other_cpu.name == "aarch64")
    for built in objects:
        symbols = output_of(f"{other_cpu.triple}-nm", str(built)).splitlines()
        shared = [line for line in symbols if re.search(r"^[0-9a-f]+ [WVu] ", line)]
        assert not shared, f"{built.name} has code that the linker may keep for everybody"
