"""Hold the native layers: which folder of native/ may include which.

``base <- model <- plan <- exec``; ``base, cpu <- kernels <- ops <- exec``; ``base <- vision <- exec``; files compiled
for an instruction set include only kernel contracts and intrinsics; the bindings see only native/include/ and
native/peak/.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
PUBLIC = "aiedge"  # <aiedge/aiedge.h>, the C API

MAY_INCLUDE = {
    "base": {"base"},
    "vision": {"vision", "base"},
    "model": {"model", "base"},
    "plan": {"plan", "model", "base"},
    "cpu": {"cpu"},
    "kernels": {"kernels", "cpu", "base"},
    "ops": {"ops", "kernels", "cpu", "base"},
    "exec": {"exec", "plan", "ops", "kernels", "vision", "model", "cpu", "base", PUBLIC},
}
# A C++ library header may hold inline code that the linker would keep, compiled for the wrong CPU.
ISA_FOLDERS = {
    "avx2": {"immintrin.h"},
    "vnni": {"immintrin.h"},
    "neon": {"arm_neon.h"},
    "neondot": {"arm_neon.h"},
    "neoni8mm": {"arm_neon.h"},
    "sha_ni": {"immintrin.h"},
    "armv8_sha": {"arm_neon.h"},
}
# Every CPU with the first runs what is compiled for the second.
ISA_BASE = {"neondot": "neon", "neoni8mm": "neon"}
ISA_STANDARD = {"cstddef", "cstdint", "cstring"}
CONTRACTS = re.compile(
    r"kernels/(?!variants)[a-z0-9_]+\.(?:h|def)|cpu/isa\.h|base/sha256_blocks\.h|vision/rows\.h"
)


def main(root: Path = ROOT) -> int:
    """Print every include that breaks a rule; 0 when there is none."""
    faults = [*_layer_faults(root), *_binding_faults(root)]
    for fault in faults:
        sys.stdout.write(fault + "\n")
    return 1 if faults else 0


def _includes(file: Path) -> Iterator[tuple[int, str, bool]]:
    """Line, name and whether it stands in quotes, of every include."""
    text = file.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        quoted = match.group(1)
        yield line, quoted or match.group(2), quoted is not None


def _layer_faults(root: Path) -> Iterator[str]:
    source = root / "native" / "src"
    for file in sorted(source.rglob("*")):
        if file.suffix not in {".h", ".cpp", ".def"}:
            continue
        parts = file.relative_to(source).parts
        isa = next((part for part in parts[:-1] if part in ISA_FOLDERS), None)
        for line, name, quoted in _includes(file):
            place = f"{file.relative_to(root)}:{line}"
            if isa is not None:
                if not _isa_may_include(isa, name):
                    yield f"{place}: a file compiled for {isa} may not include {name}"
            elif quoted and name.split("/")[0] not in MAY_INCLUDE.get(parts[0], set()):
                yield f"{place}: {parts[0]} may not include {name}"


def _isa_may_include(isa: str, name: str) -> bool:
    own = name.startswith((f"kernels/{isa}/", f"kernels/{ISA_BASE.get(isa, isa)}/"))
    return own or name in ISA_FOLDERS[isa] | ISA_STANDARD or CONTRACTS.fullmatch(name) is not None


def _binding_faults(root: Path) -> Iterator[str]:
    bindings = root / "native" / "bindings"
    for file in sorted(bindings.rglob("*")):
        if file.suffix not in {".h", ".cpp"}:
            continue
        for line, name, quoted in _includes(file):
            if quoted and not name.startswith((f"{PUBLIC}/", "peak/")) and not (bindings / name).is_file():
                yield f"{file.relative_to(root)}:{line}: the bindings may not include {name}"


if __name__ == "__main__":
    sys.exit(main())
