"""Who takes part in a comparison."""

from __future__ import annotations

import sys
from dataclasses import dataclass

WORKER = (sys.executable, "-m", "aiedge.bench.worker")


@dataclass(frozen=True, slots=True)
class Contender:
    """``engine`` of the catalogue under the ``name`` that results carry.

    ``isa``: the instruction set that it is held to, empty for all that the CPU has. The native engine is told so; of
    others only their ``program`` can see to it, which starts the process and takes the worker's arguments.
    """

    name: str
    engine: str
    isa: str = ""
    program: tuple[str, ...] = WORKER

    @property
    def environment(self) -> dict[str, str]:
        """What its process needs beside the environment of this one."""
        return {"AIEDGE_ISA": self.isa} if self.engine == "native" and self.isa else {}
