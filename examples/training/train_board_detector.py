"""Train the detector of board defects: from rendered boards, from a folder of real ones, or from both.

    python train_board_detector.py --rendered 1500 --out rendered.pt
    python train_board_detector.py --deeppcb DIR --start rendered.pt --rate 1e-3 --out deeppcb.pt

Of a folder, whole groups of boards are kept from training (``board_data.held_out``). See docs/howto/train.md.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from board_data import Board, Crop, folder_boards, held_out, random_crop, rendered_boards
from board_loss import Targets, detection_loss, targets
from board_network import STRIDE, BoardDetector, as_real, multiply_accumulates

CROP = 320
SAVE_STEPS = 250


def main() -> None:
    """Read the options, train, save."""
    options = _options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    began = time.monotonic()
    pools = [
        pool for pool in (_real_boards(options), rendered_boards(options.seed, options.rendered)) if pool
    ]
    if not pools:
        raise SystemExit("nothing to train on: give --deeppcb or --rendered")
    print("boards:", [len(pool) for pool in pools], f"ready in {time.monotonic() - began:.0f} s", flush=True)
    detector = BoardDetector()
    if options.start is not None:
        detector.load_state_dict(torch.load(options.start, weights_only=True))
    macs = multiply_accumulates(detector, 640) / 1e6
    parameters = sum(p.numel() for p in detector.parameters())
    print(f"{macs:.0f} million multiply-accumulates at 640 x 640, {parameters} parameters", flush=True)
    _train(detector, pools, options)
    print(f"wrote {options.out}, {(time.monotonic() - began) / 60:.1f} minutes")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("board_detector.pt"), help="the weights to write")
    parser.add_argument("--start", type=Path, help="weights to begin with")
    parser.add_argument(
        "--deeppcb", type=Path, help="folder of real boards: ID_test.jpg, ID_temp.jpg, ID.txt"
    )
    parser.add_argument("--share", type=float, default=0.3, help="of the real boards, kept from training")
    parser.add_argument("--rendered", type=int, default=0, help="number of rendered boards")
    parser.add_argument("--rendered-share", type=float, default=0.25, help="of a batch, beside real boards")
    parser.add_argument("--steps", type=int, default=3000, help="batches")
    parser.add_argument("--batch", type=int, default=16, help=f"crops of {CROP} x {CROP} px")
    parser.add_argument("--rate", type=float, default=2e-3, help="the greatest learning rate")
    parser.add_argument("--bfloat16", action="store_true", help="twice as fast on CPUs that multiply it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def _real_boards(options: argparse.Namespace) -> list[Board]:
    if options.deeppcb is None:
        return []
    boards = folder_boards(options.deeppcb)
    kept = held_out([board.name for board in boards], share=options.share)
    return [board for board in boards if board.name not in kept]


def _train(detector: BoardDetector, pools: list[list[Board]], options: argparse.Namespace) -> None:
    detector.train().to(memory_format=torch.channels_last)
    # What is kept is the moving average of the weights: steadier than the last ones, and better.
    average = copy.deepcopy(detector)
    optimizer = torch.optim.AdamW(detector.parameters(), options.rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        options.rate,
        total_steps=options.steps,
        pct_start=0.05,
        final_div_factor=200,
        cycle_momentum=False,
    )
    rng = np.random.default_rng(options.seed)
    began, losses = time.monotonic(), []
    for step in range(1, options.steps + 1):
        pixels, wanted = _batch(rng, pools, options)
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bfloat16):
            kinds, boxes = detector(pixels)
        loss = detection_loss((kinds.float(), boxes.float()), wanted)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(detector.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        _approach(average, detector, min(0.998, step / (step + 10)))
        losses.append(loss.item())
        if step % 50 == 0:
            pace = (time.monotonic() - began) / step
            print(f"step {step}: loss {np.mean(losses[-50:]):.4f}, {pace:.2f} s a step", flush=True)
        if step % SAVE_STEPS == 0 or step == options.steps:
            torch.save(average.state_dict(), options.out)


def _batch(
    rng: np.random.Generator, pools: list[list[Board]], options: argparse.Namespace
) -> tuple[torch.Tensor, Targets]:
    crops: list[Crop] = []
    for number in range(options.batch):
        last = number < options.rendered_share * options.batch
        pool = pools[-1 if last else 0]
        crops.append(random_crop(rng, pool[rng.integers(len(pool))], CROP))
    levels = torch.from_numpy(np.stack([crop.pixels for crop in crops])).permute(0, 3, 1, 2)
    return as_real(levels), targets(crops, CROP // STRIDE)


@torch.no_grad()
def _approach(average: BoardDetector, detector: BoardDetector, keep: float) -> None:
    for kept, new in zip(average.state_dict().values(), detector.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(new, 1 - keep)


if __name__ == "__main__":
    main()
