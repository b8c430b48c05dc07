"""aiedge: quantized inference from the camera to the reject gate.

>>> import aiedge
>>> callable(aiedge.load) and callable(aiedge.open_device)
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiedge.api import Model, load, open_device

__all__ = ["Model", "load", "open_device"]


def __getattr__(name: str) -> object:
    # ``import aiedge`` must cost next to nothing; the doors and what is behind them load when first used (PEP 562).
    if name in __all__:
        from aiedge import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
