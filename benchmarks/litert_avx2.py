"""Hold LiteRT to AVX2, so that its kernels and ours use the same instructions of a newer CPU.

LiteRT chooses its kernels (XNNPACK) from flags that ``xnn_init_hardware_config`` returns. The wheel's library keeps its
symbols, so the flags can be found and cut before the first interpreter is made. For ai-edge-litert 2.3.0 on x86-64
Linux only: offsets are that version's. As a program it is the worker of aiedge.bench with LiteRT held so.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from aiedge.bench.worker import main

KNOWN_VERSION = "2.3.0"
LIBRARY = "libpywrap_litert_common.so"
SYMBOL = "xnn_init_hardware_config"
ARCH_FLAGS_OFFSET = 8
FLAGS_UP_TO_AVX2 = 0xFF


def hold_litert_to_avx2() -> None:
    """Cut the flags in this process. Call before the first interpreter; raises RuntimeError where it cannot work."""
    if version("ai-edge-litert") != KNOWN_VERSION:
        raise RuntimeError(f"ai-edge-litert {KNOWN_VERSION} is needed to hold it to AVX2")
    import ai_edge_litert.interpreter  # noqa: F401 - maps the library

    base, path = _mapping()
    function = ctypes.CFUNCTYPE(ctypes.c_void_p)(base + _symbol_offset(path))
    config = function()
    if not config:
        raise RuntimeError("LiteRT gave no hardware configuration")
    flags = ctypes.c_uint64.from_address(config + ARCH_FLAGS_OFFSET)
    flags.value &= FLAGS_UP_TO_AVX2


def _mapping() -> tuple[int, Path]:
    for line in Path("/proc/self/maps").read_text().splitlines():
        fields = line.split()
        if len(fields) == 6 and fields[5].endswith(LIBRARY) and int(fields[2], 16) == 0:
            return int(fields[0].split("-")[0], 16), Path(fields[5])
    raise RuntimeError(f"{LIBRARY} is not mapped")


def _symbol_offset(path: Path) -> int:
    listing = subprocess.run(["nm", str(path)], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[2] == SYMBOL:
            return int(fields[0], 16)
    raise RuntimeError(f"{path} has no {SYMBOL}")


if __name__ == "__main__":
    hold_litert_to_avx2()
    sys.exit(main(sys.argv[1:]))
