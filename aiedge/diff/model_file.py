"""One model file in the forms that engines take, each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from aiedge.errors import EngineError
from aiedge.model.bundle import read_bundle, write_bundle
from aiedge.model.compile import import_model
from aiedge.model.ir.graph import Graph
from aiedge.model.read_file import read_model_file
from aiedge.trust.policy import Policy, demand_trust


class ModelFile:
    """The bytes of a ``.aie``, ``.tflite`` or ``.onnx`` file. Raises ModelError where they are not such."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = read_model_file(path)
        demand_trust(self.data, path, Policy())

    @cached_property
    def graph(self) -> Graph:
        """The verified graph that aiedge runs."""
        if self.path.suffix == ".aie":
            return read_bundle(self.data, str(self.path)).graph
        return import_model(self.data, str(self.path))

    @cached_property
    def bundle(self) -> bytes:
        """As a bundle."""
        return self.data if self.path.suffix == ".aie" else write_bundle(self.graph)

    def of_kind(self, suffix: str, engine: str) -> bytes:
        """The file's own bytes; EngineError where an engine does not read this kind."""
        if self.path.suffix != suffix:
            raise EngineError(
                "AIE-ENG-008", where=str(self.path), engine=engine, suffix=self.path.suffix or "such"
            )
        return self.data
