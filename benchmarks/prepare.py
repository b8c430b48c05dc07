"""Pictures to int8 inputs: the native core beside OpenCV and NumPy, in turns, one thread, least times.

    python benchmarks/prepare.py [--rounds N]

``plain`` is what one writes: resize, float32, subtract, divide, round, clip. ``table`` is the same with OpenCV's
look-up table instead of the floats, the fastest that we know of in these two.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from aiedge.api import Model
from aiedge.bench.machine import machine
from aiedge.clock import SYSTEM_CLOCK
from aiedge.engines.native import load
from aiedge.model.bundle import write_bundle
from aiedge.model.ir.graph import Graph, Node, Quantization, Tensor
from aiedge.model.ir.ops import Reshape
from aiedge.model.processing import Processing, encode
from aiedge.vision import pack_pair
from aiedge.vision.prepare import tables_of

Picture = NDArray[np.uint8]
Case = tuple[str, dict[str, Callable[[], object]]]
INTERPOLATIONS = {"bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}


def native_model(shape: tuple[int, int, int], image: dict[str, Any], scale: float, isa: str) -> Model:
    """A model whose input has that shape; all that counts here is what stands before it."""
    quantization = Quantization(np.array([scale], np.float32), np.array([0], np.int32))
    graph = Graph(
        "pictures",
        [Tensor("x", (1, *shape), "int8", quantization), Tensor("y", (1, *shape), "int8", quantization)],
        [Node("same", Reshape(), (0,), (1,))],
        (0,),
        (1,),
    )
    described = {"inputs": [image], "output": {"kind": "segmentation"}}
    bundle = write_bundle(graph, extras=encode(Processing.model_validate(described), graph))
    return Model(load("prepare", bundle, 1, isa=isa))


def colour_case(fit: str, interpolation: str, mean: list[float], std: list[float], side: int) -> Case:
    """1280 x 960 RGB -> side x side."""
    image = {"fit": fit, "interpolation": interpolation, "mean": mean, "std": std, "pad": 114}
    picture = np.random.default_rng(1).integers(0, 256, (960, 1280, 3), np.uint8)
    height = side * 960 // 1280 if fit == "letterbox" else side
    top = (side - height) // 2
    scale = 1 / 64
    spec = native_model((side, side, 3), image, scale, "").inputs[0]
    table = np.ascontiguousarray(tables_of(spec, mean, std).T.reshape(1, 256, 3))
    means, stds = np.array(mean, np.float32), np.array(std, np.float32)

    def resized() -> Picture:
        canvas = np.full((side, side, 3), 114, np.uint8)
        method = INTERPOLATIONS[interpolation]
        canvas[top : top + height] = cv2.resize(picture, (side, height), interpolation=method)
        return canvas

    def plain() -> object:
        values = (resized().astype(np.float32) - means) / stds
        return np.clip(np.rint(values / np.float32(scale)), -128, 127).astype(np.int8)

    def by_table() -> object:
        return cv2.LUT(resized(), table)

    name = f"1280x960 RGB to {side}x{side}, {fit}, {interpolation}"
    return name, {**_native((side, side, 3), image, scale, picture, None), "plain": plain, "table": by_table}


def pair_case(side: int) -> Case:
    """Two grey pictures of the input's size, interleaved."""
    rng = np.random.default_rng(2)
    test, reference = (rng.integers(0, 256, (side, side), np.uint8) for _ in range(2))
    image = {"source": "pair", "colour": "grey", "fit": "exact", "mean": 128, "std": 128}
    out = np.zeros((1, side, side, 2), np.int8)

    def merged() -> object:
        return (cv2.merge((test, reference)) ^ np.uint8(0x80)).view(np.int8)

    return f"pair of {side}x{side} grey", {
        **_native((side, side, 2), image, 1 / 128, test, reference),
        "plain": merged,
        "table": lambda: pack_pair(test, reference, out),
    }


def _native(
    shape: tuple[int, int, int],
    image: dict[str, Any],
    scale: float,
    picture: Picture,
    reference: Picture | None,
) -> dict[str, Callable[[], object]]:
    ways: dict[str, Callable[[], object]] = {}
    for isa in ("", "reference"):
        engine = native_model(shape, image, scale, isa)._engine
        out = [np.zeros(spec.shape, spec.dtype) for spec in engine.inputs]

        def run(engine: Any = engine, out: Any = out) -> object:
            engine.prepare(picture, reference, bgr=False, out=out)
            return out[0]

        ways["native" if not isa else "portable"] = run
    return ways


def check(name: str, ways: dict[str, Callable[[], object]]) -> None:
    """All ways make the same input, but for the level by which two resizes may differ; SystemExit otherwise."""
    native, *others = (np.asarray(way()).reshape(-1).astype(int) for way in ways.values())
    # A pixel's level is up to 64 / 57 steps of the quantized input.
    worst = max(int(np.abs(native - other).max()) for other in others)
    if worst > 2:
        raise SystemExit(f"{name}: two ways differ by {worst} steps")


def measure(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least time of each way, s; they take turns."""
    least = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        for name, way in ways.items():
            began = SYSTEM_CLOCK.monotonic_ns()
            way()
            least[name] = min(least[name], (SYSTEM_CLOCK.monotonic_ns() - began) / 1e9)
    return least


def main() -> int:
    """Print a table, and one JSON document with ``--json``."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    plain, imagenet = ([0.0] * 3, [255.0] * 3), ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
    cases = [
        colour_case("letterbox", "bilinear", *plain, 320),
        colour_case("letterbox", "area", *plain, 320),
        colour_case("stretch", "bilinear", *imagenet, 320),
        colour_case("stretch", "bilinear", *imagenet, 640),
        pair_case(640),
    ]
    for name, ways in cases:
        check(name, ways)
    results = {name: measure(ways, arguments.rounds) for name, ways in cases}
    if arguments.json:
        sys.stdout.write(
            json.dumps(
                {"machine": machine(["aiedge", "numpy", "opencv-python-headless"]), "seconds": results},
                indent=2,
            )
            + "\n"
        )
        return 0
    for name, seconds in results.items():
        shown = ", ".join(f"{way} {value * 1e6:.0f} us" for way, value in seconds.items())
        sys.stdout.write(f"{name}: {shown}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
