"""Damaged and hostile versions of a file: cut, flipped, spliced, and with values that break naive readers."""

from __future__ import annotations

import random
import resource
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOSTILE = (0, 1, 2, 3, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFC)


def mutations(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """``count`` mutated copies of ``data``, the same for the same seed; the kinds take turns."""
    rng = random.Random(seed)  # noqa: S311 - test data
    kinds = (_cut, _flip_bits, _flip_bits, _overwrite_words, _overwrite_words, _overwrite_bytes, _splice)
    for index in range(count):
        yield kinds[index % len(kinds)](data, rng)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def _flip_bits(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        mutated[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(mutated)


def _overwrite_words(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(rng.choice((1, 1, 3))):
        offset = rng.randrange(len(data) // 4) * 4
        value = rng.choice((*_HOSTILE, len(data), len(data) - offset, rng.getrandbits(32), rng.randrange(64)))
        struct.pack_into("<I", mutated, offset, value & 0xFFFFFFFF)
    return bytes(mutated)


def _overwrite_bytes(data: bytes, rng: random.Random) -> bytes:
    mutated = bytearray(data)
    start = rng.randrange(len(data))
    for offset in range(start, min(start + rng.choice((1, 2, 16)), len(data))):
        mutated[offset] = rng.choice((0, 0xFF, rng.getrandbits(8)))
    return bytes(mutated)


def _splice(data: bytes, rng: random.Random) -> bytes:
    start, other = rng.randrange(len(data)), rng.randrange(len(data))
    length = rng.randrange(1, 64)
    return data[:start] + data[other : other + length] + data[start + length :]


@contextmanager
def memory_limit(extra_bytes: int) -> Iterator[None]:
    """Let the process grow by so much address space and no more; what wants more meets a MemoryError."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + extra_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
