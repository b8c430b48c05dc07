"""``--mean``, ``--std`` and ``--stored`` as they stand on the command line."""

from __future__ import annotations

from aiedge.cli.samples.stored import RAW_DTYPES, Scaling
from aiedge.errors import UsageError


def scaling_of(mean: str, std: str) -> Scaling | None:
    """The scaling that both say together; None where neither is given. UsageError for what is no numbers."""
    if not mean and not std:
        return None
    return Scaling(_numbers("--mean", mean or "0"), _numbers("--std", std or "1"))


def raw_dtype_of(stored: str) -> str | None:
    """What ``--stored`` names; None where it names nothing. UsageError for a type that raw tensors never have."""
    if stored and stored not in RAW_DTYPES:
        expected = f"one of {', '.join(RAW_DTYPES)}"
        raise UsageError("AIE-CLI-001", name="--stored", value=stored, expected=expected)
    return stored or None


def _numbers(name: str, text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        expected = "numbers with commas between, such as 127.5 or 123.7,116.3,103.5"
        raise UsageError("AIE-CLI-001", name=name, value=text, expected=expected) from error
