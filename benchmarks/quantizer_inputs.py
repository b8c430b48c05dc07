"""Inputs for the four MLPerf Tiny models, apart for calibration and for evaluation, from what is in ../shared.

Nothing is random but by a seed, and nothing that calibrates is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]

KWS_SCALE, KWS_ZERO_POINT = np.float32(0.5847029089927673), 83
"""Of the int8 model's input: the samples are its integers."""

CALIBRATED = 100


class Inputs(NamedTuple):
    """Arrays as the float models take them (NHWC), labels where there are some, and what it all is."""

    calibration: list[Floats]
    evaluation: list[Floats]
    labels: NDArray[np.int64] | None
    description: str


def keywords(shared: Path) -> Inputs:
    """The first 100 of the keyword samples by name, and the other 400 with their labels."""
    files = sorted((shared / "data/kws01").glob("*.bin"))
    arrays = [
        ((np.frombuffer(path.read_bytes(), np.int8).astype(np.float32) - KWS_ZERO_POINT) * KWS_SCALE).reshape(
            1, 49, 10, 1
        )
        for path in files
    ]
    labels = np.array([int(path.stem.rsplit("_", 1)[1]) for path in files])
    return Inputs(
        arrays[:CALIBRATED],
        arrays[CALIBRATED:],
        labels[CALIBRATED:],
        "keyword samples of data/kws01, the first 100 by name calibrate, the other 400 are evaluated",
    )


def crops(size: int, scale: float, count: int) -> Callable[[Path], Inputs]:
    """Square crops of photographs, resized to ``size``; two pictures calibrate, two others are evaluated."""

    def read(shared: Path) -> Inputs:
        folder = shared / "data/images"
        return Inputs(
            _crops(folder, ("bird.bmp", "hot_dog.jpg"), CALIBRATED, size, scale, seed=0),
            _crops(folder, ("cat.bmp", "grace_hopper.bmp"), count, size, scale, seed=1),
            None,
            f"square crops of photographs at {size}x{size}: 100 of bird and hot_dog calibrate, {count} of cat and "
            "grace_hopper are evaluated",
        )

    return read


def machine_sounds(shared: Path) -> Inputs:
    """Log-mel features of synthetic machine sounds, five frames of 128 bands, as the model's data set has them.

    ``shared`` has no sound of machines; a hum with harmonics, its wobble and coloured noise, drawn for each clip, take
    its place. One half of the clips calibrates.
    """
    rng = np.random.default_rng(0)
    bands = _mel_bands()
    clips = [_features(_machine(rng), bands) for _ in range(80)]
    calibration = [frame for clip in clips[:40] for frame in clip[::10]][:CALIBRATED]
    evaluation = [frame for clip in clips[40:] for frame in clip[::3]][:400]
    return Inputs(
        calibration,
        evaluation,
        None,
        f"log-mel features of synthetic machine sounds: {len(calibration)} frames of 40 clips calibrate, "
        f"{len(evaluation)} of 40 others are evaluated",
    )


INPUTS: Mapping[str, Callable[[Path], Inputs]] = MappingProxyType(
    {"kws": keywords, "ic": crops(32, 1.0, 400), "vww": crops(96, 1 / 255, 200), "ad": machine_sounds}
)


def _crops(
    folder: Path, names: tuple[str, ...], count: int, size: int, scale: float, seed: int
) -> list[Floats]:
    rng = np.random.default_rng(seed)
    pictures = [Image.open(folder / name).convert("RGB") for name in names]
    made: list[Floats] = []
    for number in range(count):
        picture = pictures[number % len(pictures)]
        side = int(rng.integers(size, min(picture.size) + 1))
        left, top = (int(rng.integers(0, length - side + 1)) for length in picture.size)
        crop = picture.crop((left, top, left + side, top + side)).resize(
            (size, size), Image.Resampling.BILINEAR
        )
        made.append((np.asarray(crop, np.float32) * np.float32(scale))[None])
    return made


_RATE_HZ, _WINDOW, _HOP, _FRAMES, _BANDS = 16000, 1024, 512, 5, 128


def _machine(rng: np.random.Generator) -> NDArray[np.float64]:
    """One second of a hum between 20 and 200 Hz with its harmonics, and noise."""
    time = np.arange(_RATE_HZ) / _RATE_HZ
    base, wobble, fall = rng.uniform(20, 200), rng.uniform(1, 5), rng.uniform(0.5, 1.5)
    phase = 2 * np.pi * base * time + 0.3 * np.sin(2 * np.pi * wobble * time)
    hum = sum(rng.uniform() / n**fall * np.sin(n * phase + rng.uniform(0, 2 * np.pi)) for n in range(1, 40))
    colour = rng.normal(size=32) * np.exp(-np.arange(32) / rng.uniform(2, 16))
    noise = np.convolve(rng.normal(size=_RATE_HZ), colour, "same")
    mixed: NDArray[np.float64] = hum / np.std(hum) + rng.uniform(0.1, 2) * noise / np.std(noise)
    return 0.01 * 10 ** rng.uniform(-1, 1) * mixed


def _mel_bands() -> NDArray[np.float64]:
    """Triangles over the bins of the spectrum, of equal area."""
    bins = np.linspace(0, _RATE_HZ / 2, _WINDOW // 2 + 1)
    corners = 700 * (10 ** (np.linspace(0, 2595 * np.log10(1 + _RATE_HZ / 1400), _BANDS + 2) / 2595) - 1)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    triangles = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle))
    bands: NDArray[np.float64] = np.maximum(triangles, 0) * 2 / (high - low)
    return bands


def _features(sound: NDArray[np.float64], bands: NDArray[np.float64]) -> list[Floats]:
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_HOP] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(windows, axis=1)) ** 2
    levels = 10 * np.log10(power @ bands.T + 2.2e-16)
    return [
        levels[start : start + _FRAMES].reshape(1, -1).astype(np.float32)
        for start in range(len(levels) - _FRAMES + 1)
    ]
