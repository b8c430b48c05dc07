"""How well and how fast board inspection works on a folder of real boards (DeepPCB's layout).

Each ``--case NAME MODEL RULES`` tries one model on some of the boards; the same boards go through plain
differencing (3x3 opening). RULES is ``all`` or a comma-separated list of ``every:N`` and ``group:PREFIX``,
the boards that were held out when that model was trained. One threshold for every case. One thread.

    python benchmarks/boards.py DIR --case "every fifth" real.tflite every:5 --case "rendered"
    board_defects.aie all

A mark counts as found when a find's centre lies within the mark grown by 8 px; a find in no mark is
outside. Good boards are each template against itself, shifted by up to 2 px, with noise.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import aiedge
from aiedge.bench.machine import machine
from aiedge.clock import SystemClock
from aiedge.line.decide import Rules
from aiedge.line.looks import look_of
from aiedge.vision import Find, align, difference, shift

GROWN_PX = 8
GOOD_SHIFT_PX = 2
GOOD_NOISE = 8.0
STAGES = ("decode", "align", "find")

Grey = NDArray[np.uint8]


@dataclass
class BoardResult:
    """Raw counts of one board; ``seconds`` is by stage, from the two files to the verdict."""

    board: str
    marks: int
    found: int
    kind_right: int
    outside: int
    good_board_finds: int
    seconds: dict[str, float] = field(default_factory=dict)


class Inspector:
    """A loaded model with the steps before and behind it; remembers how long each took."""

    def __init__(self, path: Path, engine: str, threshold: float) -> None:
        self._look = look_of(aiedge.load(str(path), engine=engine, threads=1), max_shift_px=12)
        self._rules = Rules(threshold)
        self._clock = SystemClock()
        self.seconds: dict[str, float] = {}

    def read(self, paths: tuple[Path, Path]) -> tuple[Grey, Grey]:
        """Decode the test image and the template."""
        began = self._clock.monotonic_ns()
        pictures = tuple(np.asarray(Image.open(path).convert("L")) for path in paths)
        self._took("decode", began)
        return pictures[0], pictures[1]

    def inspect(self, test: Grey, template: Grey) -> list[Find]:
        """Align; then what the bundle's processing says, or the peaks of its heat map."""
        began = self._clock.monotonic_ns()
        aligned = shift(template, align(test, template))
        began = self._took("align", began)
        _, finds = self._look.judge(test, aligned, self._rules)
        self._took("find", began)
        return list(finds)

    def _took(self, stage: str, began: int) -> int:
        now = self._clock.monotonic_ns()
        self.seconds[stage] = (now - began) / 1e9
        return now


def main() -> None:
    """Run the cases, print the table, write the raw counts."""
    options = _options()
    names = sorted(path.stem for path in options.boards.glob("*.txt"))
    rows = []
    baselines: dict[str, list[BoardResult]] = {}
    for title, model, rules in options.case:
        chosen = sorted(_chosen(names, rules))
        inspector = Inspector(Path(model), options.engine, options.threshold)
        rows.append((title, model, rules, list(_tried(options.boards, chosen, inspector, options.seed))))
        if rules not in baselines:
            baselines[rules] = list(_differenced(options.boards, chosen, options.seed))
    rows += [(f"differencing, {rules}", "", rules, results) for rules, results in baselines.items()]
    _print_table(rows)
    if options.json:
        document = {
            "command": sys.argv, "machine": machine(("aiedge", "numpy", "Pillow")),
            "threshold": options.threshold, "engine": options.engine,
            "cases": [{"title": t, "model": m, "rules": r, **_summary(b), "boards": [asdict(x) for x in b]}
                      for t, m, r, b in rows],
        }  # fmt: skip
        options.json.write_text(json.dumps(document, indent=1) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("boards", type=Path, help="folder of ID_test.jpg, ID_temp.jpg, ID.txt")
    parser.add_argument("--case", nargs=3, action="append", required=True, metavar=("NAME", "MODEL", "RULES"))
    parser.add_argument("--threshold", type=float, default=0.4, help="least score of a find, 0..1")
    parser.add_argument("--engine", default="native", help="engine that runs the models")
    parser.add_argument("--seed", type=int, default=0, help="of the good boards' shifts and noise")
    parser.add_argument("--json", type=Path, help="file for the raw counts")
    return parser.parse_args()


def _chosen(names: list[str], rules: str) -> set[str]:
    chosen: set[str] = set()
    for rule in rules.split(","):
        what, _, value = rule.partition(":")
        if what == "all":
            chosen.update(names)
        elif what == "every":
            chosen.update(names[:: int(value)])
        elif what == "group":
            chosen.update(name for name in names if name.startswith(value))
        else:
            raise SystemExit(f"a rule is all, every:N or group:PREFIX, not {rule!r}")
    return chosen


def _marks(path: Path) -> list[list[int]]:
    return [
        [int(v) for v in re.split(r"[ ,]+", line.strip())] for line in path.read_text().splitlines() if line
    ]


def _good_pair(template: Grey, rng: np.random.Generator) -> tuple[Grey, Grey]:
    """The template against itself, shifted, both with their own noise."""
    dy, dx = rng.integers(-GOOD_SHIFT_PX, GOOD_SHIFT_PX + 1, 2)
    padded = np.pad(template, GOOD_SHIFT_PX, mode="edge")
    top, left = GOOD_SHIFT_PX + dy, GOOD_SHIFT_PX + dx
    moved = padded[top : top + template.shape[0], left : left + template.shape[1]]
    noisy = [
        np.clip(p + rng.normal(0, GOOD_NOISE, p.shape), 0, 255).astype(np.uint8) for p in (template, moved)
    ]
    return noisy[0], noisy[1]


def _counted(name: str, marks: list[list[int]], finds: list[Find], first_kind: int | None) -> BoardResult:
    inside = set()
    found = right = 0
    for left, top, right_edge, bottom, kind in marks:
        hits = [
            number for number, find in enumerate(finds)
            if left - GROWN_PX <= find.x_px <= right_edge + GROWN_PX
            and top - GROWN_PX <= find.y_px <= bottom + GROWN_PX
        ]  # fmt: skip
        inside.update(hits)
        found += bool(hits)
        if hits and first_kind is not None:
            best = max(hits, key=lambda number: finds[number].score)
            right += finds[best].kind + first_kind == kind
    return BoardResult(name, len(marks), found, right, len(finds) - len(inside), 0)


def _tried(folder: Path, names: list[str], inspector: Inspector, seed: int) -> Iterator[BoardResult]:
    rng = np.random.default_rng(seed)
    for name in names:
        test, template = inspector.read((folder / f"{name}_test.jpg", folder / f"{name}_temp.jpg"))
        result = _counted(
            name, _marks(folder / f"{name}.txt"), inspector.inspect(test, template), first_kind=1
        )
        result.seconds = dict(inspector.seconds)
        result.good_board_finds = len(inspector.inspect(*_good_pair(template, rng)))
        yield result


def _differenced(folder: Path, names: list[str], seed: int) -> Iterator[BoardResult]:
    rng = np.random.default_rng(seed)

    def finds_of(test: Grey, template: Grey) -> list[Find]:
        return difference(test, shift(template, align(test, template)))

    for name in names:
        test, template = (
            np.asarray(Image.open(folder / f"{name}_{part}.jpg").convert("L")) for part in ("test", "temp")
        )
        result = _counted(name, _marks(folder / f"{name}.txt"), finds_of(test, template), first_kind=None)
        result.good_board_finds = len(finds_of(*_good_pair(template, rng)))
        yield result


def _summary(results: list[BoardResult]) -> dict[str, float | None]:
    def total(field_name: str) -> int:
        return sum(getattr(result, field_name) for result in results)

    seconds = [sum(r.seconds.values()) for r in results if r.seconds]
    return {
        "boards_tried": len(results),
        "marks": total("marks"),
        "found_share": total("found") / max(total("marks"), 1),
        "kind_share": total("kind_right") / max(total("found"), 1) if seconds else None,
        "outside_per_board": total("outside") / len(results),
        "good_boards_with_finds": sum(r.good_board_finds > 0 for r in results),
        "boards_per_s": 1 / float(np.median(seconds)) if seconds else None,
    }


def _print_table(rows: list[tuple[str, str, str, list[BoardResult]]]) -> None:
    print(
        "| case | boards | marks | found | kind right | outside a board | good boards with finds | boards/s |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for title, _, _, results in rows:
        s = _summary(results)
        kind = "" if s["kind_share"] is None else f"{s['kind_share']:.1%}"
        speed = "" if s["boards_per_s"] is None else f"{s['boards_per_s']:.1f}"
        print(f"| {title} | {s['boards_tried']} | {s['marks']} | {s['found_share']:.1%} | {kind} "
              f"| {s['outside_per_board']:.2f} | {s['good_boards_with_finds']} | {speed} |")  # fmt: skip
    for title, _, _, results in rows:
        timed = [r.seconds for r in results if r.seconds]
        if timed:
            median_ms = {stage: 1e3 * float(np.median([t[stage] for t in timed])) for stage in STAGES}
            print(f"{title}, median ms:", ", ".join(f"{stage} {ms:.2f}" for stage, ms in median_ms.items()))


if __name__ == "__main__":
    main()
