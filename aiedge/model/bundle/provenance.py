"""Where a bundle comes from (docs/bundle-format.md, PROV), so that somebody else can make the same bytes again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from aiedge.errors import ModelError

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Provenance:
    """What went into a bundle; everything is JSON, and nothing depends on the clock or on the machine's name.

    ``command``: ``compile`` or ``quantize``. ``source``: name, bytes and sha256 of the model file. ``tools``: versions
    by package. ``options``: those that were not left at their default. ``calibration`` (samples, sha256) and
    ``golden`` (count, seed) are empty where there are none.
    """

    command: str
    source: Mapping[str, Any]
    tools: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    calibration: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    golden: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    def as_bytes(self) -> bytes:
        """The content of PROV; empty groups are left out."""
        groups = {
            "source": self.source,
            "tools": self.tools,
            "options": self.options,
            "calibration": self.calibration,
            "golden": self.golden,
        }
        document = {"command": self.command, **{key: dict(group) for key, group in groups.items() if group}}
        text = json.dumps(
            document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        )
        return text.encode("utf-8")


def describe_source(name: str, data: bytes) -> dict[str, Any]:
    """A model file as ``Provenance.source``."""
    return {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def read_provenance(content: bytes, source: str) -> dict[str, Any]:
    """The JSON object of PROV, whose bytes are untrusted; ModelError when it is none."""
    try:
        document = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError("AIE-MOD-011", where=source, reason="its provenance is no JSON") from error
    if not isinstance(document, dict):
        raise ModelError("AIE-MOD-011", where=source, reason="its provenance is no JSON object")
    return document
