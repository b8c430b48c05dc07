"""An engine in a process of its own, seen from the one who measures it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from aiedge.bench.contender import Contender
from aiedge.errors import EngineError


class EngineProcess:
    """Starts the contender's process on ``cpus`` and blocks until its first call is done.

    Every method blocks. Raises EngineError when the engine refuses the model, fails or dies. Close it.
    """

    def __init__(
        self, contender: Contender, model: Path, threads: int, seed: int, cpus: Sequence[int]
    ) -> None:
        self._contender = contender
        self._model = model
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - close() closes it
        arguments = [
            contender.engine,
            str(model.resolve()),
            str(threads),
            str(seed),
            ",".join(map(str, cpus)),
        ]
        self._process = subprocess.Popen(
            [*contender.program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env={**os.environ, **contender.environment},
            encoding="utf-8",
            # -m looks there first: the process runs the same aiedge, wherever the caller stands.
            cwd=Path(__file__).resolve().parents[2],
        )
        try:
            loaded = self._answer()
        except BaseException:
            self.close()
            raise
        self.load_ns: int = loaded["load_ns"]
        self.kernels: list[str] = loaded["kernels"]
        self.macs: int = loaded["macs"]

    def run_round(self) -> list[int]:
        """Nanoseconds of each call of one round."""
        samples: list[int] = self._ask("round")
        return samples

    def outputs(self) -> list[str]:
        """Type, shape and hash of each output of the last call."""
        hashes: list[str] = self._ask("outputs")
        return hashes

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate()
        self._complaints.close()

    def _ask(self, request: str) -> Any:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - it was asked for
        try:
            pipe.write(f"{request}\n")
            pipe.flush()
        except BrokenPipeError as error:
            raise self._failed(self._last_words()) from error
        return self._answer()

    def _answer(self) -> Any:
        pipe = self._process.stdout
        assert pipe is not None  # noqa: S101 - it was asked for
        line = pipe.readline()
        if not line:
            raise self._failed(self._last_words())
        answer = json.loads(line)
        if isinstance(answer, dict) and "error" in answer:
            raise self._failed(answer["error"])
        return answer

    def _failed(self, reason: str) -> EngineError:
        return EngineError(
            "AIE-ENG-014", where=str(self._model), engine=self._contender.name, reason=reason.rstrip(".")
        )

    def _last_words(self) -> str:
        code = self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode("utf-8", "backslashreplace").strip().splitlines()
        return f"its process ended with {code}" + (f": {lines[-1]}" if lines else "")
