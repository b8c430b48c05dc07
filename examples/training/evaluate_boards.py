"""How well and how fast a board detector does on boards that it was not trained on.

    python evaluate_boards.py --deeppcb DIR --threshold 0.4 board_detector.onnx board_detector.aie
    python evaluate_boards.py --rendered 150 board_detector.aie

A model is weights (``.pt``, by PyTorch), a float ``.onnx`` (ONNX Runtime) or what ``aiedge.load`` reads.
Mean average precision is of all boxes down to a score of 0.01, suppressed kind by kind; escapes and
overkills are those of the shipped settings: boxes above the threshold, suppressed across kinds. A good pair
is a template against itself, moved by up to 2 px, with noise. One thread.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from board_data import KIND_NAMES, KINDS, Board, folder_boards, good_pair, held_out, rendered_boards
from detection_score import (
    Share,
    average_precisions,
    escapes,
    flagged_pictures,
    flagged_regions,
    named,
)
from numpy.typing import NDArray

import aiedge
from aiedge.clock import SystemClock
from aiedge.vision import pack_pair
from aiedge.vision.boxes import Grid, find_boxes
from aiedge.vision.fit import place
from aiedge.vision.results import Boxes

STRIDE_PX = 8
SUPPRESS_IOU = 0.4
MOST_BOXES = 300
LEAST_SCORE = 0.01
Outputs = tuple[NDArray[np.float32], NDArray[np.float32]]
Network = Callable[[Board], Outputs]


def main() -> None:
    """Evaluate each model, print a table, write the figures."""
    options = _options()
    boards = _boards(options)
    good = _good_pairs(boards, options.seed)
    rows = []
    for path in options.models:
        row = {"model": path.name, **evaluated(_network(path), boards, good, options.threshold)}
        rows.append(row)
        print(path.name, f"on {len(boards)} boards:")
        for name, value in row.items():
            print(f"  {name}: {value}")
    if options.json is not None:
        document = {"command": sys.argv, "threshold": options.threshold, "models": rows}
        options.json.write_text(json.dumps(document, indent=1, default=str) + "\n")


def evaluated(
    network: Network, boards: list[Board], good: list[Board], threshold: float
) -> dict[str, object]:
    """The figures of one network."""
    clock = SystemClock()
    marks = [board.marks for board in boards]
    every, shipped, took = [], [], []
    for board in boards:
        began = clock.monotonic_ns()
        outputs = network(board)
        shipped.append(_boxes(outputs, threshold, class_agnostic=True))
        took.append((clock.monotonic_ns() - began) / 1e6)
        every.append(_boxes(outputs, LEAST_SCORE, class_agnostic=False))
    of_good = [_boxes(network(board), threshold, class_agnostic=True) for board in good]
    precisions = average_precisions(every, marks, KINDS)
    return {
        "mAP": round(100 * float(np.nanmean(precisions)), 2),
        "AP": {name: round(100 * ap, 2) for name, ap in zip(KIND_NAMES, precisions, strict=True)},
        "escapes": escapes(shipped, marks),
        "named rightly": named(shipped, marks),
        "bad boards passed": _passed(shipped, boards),
        "overkill, good pairs": flagged_pictures(of_good),
        "overkill, good regions": flagged_regions(shipped, marks, boards[0].test.shape[0]),
        "ms a board, least and median": (round(min(took), 2), round(float(np.median(took)), 2)),
    }


def _boxes(outputs: Outputs, threshold: float, *, class_agnostic: bool) -> Boxes:
    kinds, distances = outputs
    rows, columns, _ = kinds.shape
    grid = Grid(kinds.reshape(-1, KINDS), distances.reshape(-1, 4), None, columns, STRIDE_PX)
    width, height = columns * STRIDE_PX, rows * STRIDE_PX
    return find_boxes(
        [grid], place(width, height, width, height, "exact"), decoder="distances", threshold=threshold,
        iou=SUPPRESS_IOU, class_agnostic=class_agnostic, max_boxes=MOST_BOXES,
    )  # fmt: skip


def _passed(found: list[Boxes], boards: list[Board]) -> Share:
    bad = [boxes for boxes, board in zip(found, boards, strict=True) if len(board.marks)]
    flagged = flagged_pictures(bad)
    return Share(flagged.tries - flagged.hits, flagged.tries)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--deeppcb", type=Path, help="folder of real boards; those kept from training")
    parser.add_argument(
        "--all", action="store_true", help="all boards of the folder: for a model that saw none"
    )
    parser.add_argument("--training", action="store_true", help="the boards that it was trained on instead")
    parser.add_argument("--rendered", type=int, default=0, help="so many rendered boards")
    parser.add_argument("--threshold", type=float, default=0.4, help="least score of a box, as shipped")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser.parse_args()


def _boards(options: argparse.Namespace) -> list[Board]:
    boards = rendered_boards(options.seed, options.rendered)
    if options.deeppcb is not None:
        real = folder_boards(options.deeppcb)
        kept = held_out([board.name for board in real])
        if options.training:
            kept = {board.name for board in real} - kept
        boards += [board for board in real if options.all or board.name in kept]
    if not boards:
        raise SystemExit("nothing to evaluate on: give --deeppcb or --rendered")
    return boards


def _good_pairs(boards: list[Board], seed: int) -> list[Board]:
    rng = np.random.default_rng(seed)
    return [good_pair(rng, board.template) for board in boards]


def _network(path: Path) -> Network:
    if path.suffix == ".pt":
        return _torch_network(path)
    if path.suffix == ".onnx":
        return _onnx_network(path)
    return _aiedge_network(path)


def _torch_network(path: Path) -> Network:
    import torch
    from board_network import BoardDetector, ChannelsLast

    torch.set_num_threads(1)
    detector = BoardDetector()
    detector.load_state_dict(torch.load(path, weights_only=True))
    network = ChannelsLast(detector).eval().to(memory_format=torch.channels_last)

    def run(board: Board) -> Outputs:
        with torch.no_grad():
            kinds, boxes = network(torch.from_numpy(_as_real(board)))
        return kinds[0].numpy(), boxes[0].numpy()

    return run


def _onnx_network(path: Path) -> Network:
    import onnxruntime

    threads = onnxruntime.SessionOptions()
    threads.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), threads, providers=["CPUExecutionProvider"])

    def run(board: Board) -> Outputs:
        kinds, boxes = session.run(["kinds", "boxes"], {"pixels": _as_real(board)})
        return kinds[0], boxes[0]

    return run


def _aiedge_network(path: Path) -> Network:
    model = aiedge.load(path, threads=1)
    quantized = model.inputs[0].dtype == np.int8
    packed = np.zeros(model.inputs[0].shape, np.int8)
    results = model.allocate_outputs()
    order = [[spec.name for spec in model.outputs].index(name) for name in ("kinds", "boxes")]

    def run(board: Board) -> Outputs:
        given = pack_pair(board.test, board.template, packed) if quantized else _as_real(board)
        model.run([given], results)
        kinds, boxes = (
            model.outputs[at].dequantize(results[at]) if quantized else results[at] for at in order
        )
        return kinds[0], boxes[0]

    return run


def _as_real(board: Board) -> NDArray[np.float32]:
    pair = np.stack([board.test, board.template], -1)[None]
    return (pair.astype(np.float32) - 128) / 128


if __name__ == "__main__":
    main()
