"""Who takes part in a comparison."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

WORKER = (sys.executable, "-m", "aiedge.bench.worker")


@dataclass(frozen=True, slots=True)
class Contender:
    """``engine`` of the catalogue under the ``name`` that results carry.

    ``environment`` is added to the process's; ``program`` starts the process and takes the worker's arguments.
    """

    name: str
    engine: str
    environment: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = WORKER
