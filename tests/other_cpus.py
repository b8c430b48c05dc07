"""CPUs that this machine is not, emulated by qemu-user, with the programs that are built for them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1] / "native" / "tests"


def programs_of(folder: str) -> tuple[str, ...]:
    """The test programs in native/tests/``folder``."""
    return tuple(sorted(f"test_{path.stem}" for path in (_TESTS / folder).glob("*.cpp")))


@dataclass
class OtherCpu:
    """One toolchain of native/toolchains/ and the CPU models that run what it builds."""

    name: str  # of the toolchain file
    triple: str
    emulator: str
    models: dict[str, str]  # qemu's name of the model: the best instruction set that we have kernels for
    folder: Path = Path()  # of the build

    @property
    def programs(self) -> tuple[str, ...]:
        """What is built: where only the reference exists, the kernels' tests have nothing to compare."""
        kernels = programs_of("kernels") if set(self.models.values()) != {"reference"} else ()
        return (*programs_of("unit"), *kernels, "fuzz_bundle")

    def run(
        self, program: str, *arguments: str, model: str, isa: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the programs on a CPU model; ``isa`` chooses the kernels."""
        done = self.run_bytes(program, *arguments, model=model, isa=isa)
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    def run_bytes(
        self, program: str, *arguments: str, model: str, isa: str | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """``run`` of a program whose output is no text."""
        path = self.folder / "native" / "tests" / program
        if not path.exists():
            path = self.folder / program
        environment = {name: value for name, value in os.environ.items() if name != "AIEDGE_ISA"}
        environment["AIEDGE_TEST_EMULATED"] = "1"
        if isa is not None:
            environment["AIEDGE_ISA"] = isa
        command = [self.emulator, "-cpu", model, "-L", f"/usr/{self.triple}", str(path), *arguments]
        return subprocess.run(command, capture_output=True, check=False, env=environment)


OTHER_CPUS = (
    OtherCpu(
        "aarch64",
        "aarch64-linux-gnu",
        "qemu-aarch64-static",
        {"cortex-a72": "neon", "cortex-a76": "neondot", "max": "neoni8mm"},
    ),
    OtherCpu("armhf", "arm-linux-gnueabihf", "qemu-arm-static", {"cortex-a7": "reference"}),
    OtherCpu("riscv64", "riscv64-linux-gnu", "qemu-riscv64-static", {"rv64": "reference"}),
)
