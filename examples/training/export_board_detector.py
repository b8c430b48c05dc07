"""Write a trained detector as float ONNX, channels last, at 640 x 640, and pictures to calibrate it with.

python export_board_detector.py board_detector.pt --out board_detector.onnx
python export_board_detector.py board_detector.pt --rendered 100 --calibration calibration.npz
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from board_data import Board, folder_boards, held_out, rendered_boards
from board_network import BoardDetector, ChannelsLast

SIDE_PX = 640


def main() -> None:
    """Read the options, export, write the calibration data."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("--out", type=Path, default=Path("board_detector.onnx"))
    parser.add_argument("--exporter", choices=("torchscript", "dynamo"), default="torchscript")
    parser.add_argument("--calibration", type=Path, help="the .npz to write")
    parser.add_argument("--deeppcb", type=Path, help="calibrate with boards of this folder's training part")
    parser.add_argument("--rendered", type=int, default=0, help="calibrate with so many rendered boards")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    detector = BoardDetector()
    detector.load_state_dict(torch.load(options.weights, weights_only=True))
    torch.onnx.export(
        ChannelsLast(detector).eval(),
        (torch.zeros(1, SIDE_PX, SIDE_PX, 2),),
        options.out,
        input_names=["pixels"],
        output_names=["kinds", "boxes"],
        opset_version=18,
        dynamo=options.exporter == "dynamo",
        external_data=False,
    )
    if options.calibration is not None:
        boards = rendered_boards(options.seed, options.rendered)
        if options.deeppcb is not None:
            boards += _training_boards(options.deeppcb, options.seed, 100)
        np.savez(options.calibration, pixels=np.stack([as_input(board) for board in boards]))


def as_input(board: Board) -> np.ndarray:
    """The network's input (640, 640, 2) float32."""
    return (np.stack([board.test, board.template], -1).astype(np.float32) - 128) / 128


def _training_boards(folder: Path, seed: int, count: int) -> list[Board]:
    boards = folder_boards(folder)
    kept = held_out([board.name for board in boards])
    training = [board for board in boards if board.name not in kept]
    chosen = np.random.default_rng(seed).permutation(len(training))[:count]
    return [training[index] for index in sorted(chosen)]


if __name__ == "__main__":
    main()
