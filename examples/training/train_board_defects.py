"""Train the board inspector and export it as a fully quantized int8 .tflite.

By default it learns from rendered boards alone; ``--boards DIR`` takes a folder of real ones. See
docs/howto/train.md.

    python train_board_defects.py --out board_defects.tflite
    python train_board_defects.py --boards DIR --rendered 0 --holdout every:5 --out real.tflite
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf
from board_data import (
    KINDS,
    STRIDE,
    Board,
    folder_boards,
    held_out,
    random_crop,
    rendered_boards,
)
from board_network import as_real, build, heat_map_loss, multiply_accumulates
from tensorflow import keras

CROP = 320
BATCH = 16


def main() -> None:
    """Read the options, train, export."""
    options = _options()
    keras.utils.set_random_seed(options.seed)
    began = time.monotonic()
    pools = [
        pool for pool in (_real_boards(options), rendered_boards(options.seed, options.rendered)) if pool
    ]
    if not pools:
        raise SystemExit("nothing to train on: give --boards or --rendered")
    print("boards:", [len(pool) for pool in pools], f"ready in {time.monotonic() - began:.0f} s", flush=True)
    trained = _train(pools, options)
    model = build(640)
    model.set_weights(trained.get_weights())
    macs = multiply_accumulates(model) / 1e6
    print(f"{macs:.1f} million multiply-accumulates, {model.count_params()} parameters")
    options.out.write_bytes(_quantized(model, pools))
    minutes = (time.monotonic() - began) / 60
    print(f"wrote {options.out}, {options.out.stat().st_size} bytes, {minutes:.1f} minutes")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("board_defects.tflite"), help="the .tflite to write")
    parser.add_argument("--boards", type=Path, help="folder of real boards: ID_test.jpg, ID_temp.jpg, ID.txt")
    parser.add_argument(
        "--holdout",
        action="append",
        default=[],
        metavar="RULE",
        help="real boards kept from training: every:N or group:PREFIX; may be repeated",
    )
    parser.add_argument("--rendered", type=int, default=1800, help="number of rendered boards (0: none)")
    parser.add_argument("--epochs", type=int, default=30, help=f"of {BATCH} x 100 crops each")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _real_boards(options: argparse.Namespace) -> list[Board]:
    if options.boards is None:
        return []
    boards = folder_boards(options.boards)
    kept = held_out([board.name for board in boards], options.holdout)
    return [board for board in boards if board.name not in kept]


def _crops(pools: list[list[Board]], seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Batches without end, drawn from each pool alike."""
    rng = np.random.default_rng(seed)
    while True:
        crops = []
        for number in range(BATCH):
            pool = pools[number % len(pools)]
            crops.append(random_crop(rng, pool[rng.integers(len(pool))], CROP))
        yield np.stack([crop[0] for crop in crops]), np.stack([crop[1] for crop in crops])


def _train(pools: list[list[Board]], options: argparse.Namespace) -> keras.Model:
    cells = CROP // STRIDE
    batches = tf.data.Dataset.from_generator(
        lambda: _crops(pools, options.seed),
        output_signature=(
            tf.TensorSpec((BATCH, CROP, CROP, 2), tf.uint8),
            tf.TensorSpec((BATCH, cells, cells, KINDS + 1)),
        ),
    )
    batches = batches.map(lambda pixels, target: (as_real(pixels), target)).prefetch(4)
    steps = 100 * options.epochs
    warm_up = steps // 20
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, steps - warm_up, warmup_target=4e-3, warmup_steps=warm_up
    )
    model = build(CROP)
    model.compile(keras.optimizers.AdamW(rate, weight_decay=1e-4), heat_map_loss)
    model.fit(batches, steps_per_epoch=100, epochs=options.epochs, verbose=2)
    return model


def _quantized(model: keras.Model, pools: list[list[Board]]) -> bytes:
    """Full int8, per channel, ranges from boards of every pool."""

    def examples() -> Iterator[list[np.ndarray]]:
        for pool in pools:
            for board in pool[:: max(len(pool) // 60, 1)]:
                yield [as_real(np.stack([board.test, board.template], -1)[None])]

    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = examples
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return converter.convert()


if __name__ == "__main__":
    main()
