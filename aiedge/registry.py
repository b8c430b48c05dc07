"""Names -> classes, as data: a catalogue maps a name to ``"module:Class"``; nothing is imported before its use."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from aiedge.errors import DeviceError

ENTRY_POINT_GROUP = "aiedge.drivers"


def load_object(path: str) -> object:
    """Import ``"package.module:Name"`` and return the object; ``ImportError`` or ``AttributeError`` pass through."""
    module_name, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module_name), attribute)


def driver_catalogue() -> dict[str, str]:
    """Every driver that is installed: name (``"camera/sim"``) -> class path.

    Each entry point of the group ``aiedge.drivers`` is one catalogue (a mapping of strings). When two catalogues
    name the same driver, that is an error: which one would run must not depend on the order of installation.
    """
    from importlib.metadata import entry_points  # a model needs no driver, and this takes milliseconds

    merged: dict[str, str] = {}
    for point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda p: p.value):
        catalogue = point.load()
        if not isinstance(catalogue, Mapping):
            raise DeviceError("AIE-DEV-007", where=point.value)
        for name, path in catalogue.items():
            if merged.setdefault(name, path) != path:
                raise DeviceError("AIE-DEV-008", where=point.value, name=name, other=merged[name])
    return merged


def find_driver(name: str) -> object:
    """The class behind a driver's name; :class:`DeviceError` when the name or a package that it needs is missing."""
    catalogue = driver_catalogue()
    if name not in catalogue:
        raise DeviceError("AIE-DEV-001", name=name, known=", ".join(sorted(catalogue)))
    try:
        return load_object(catalogue[name])
    except ModuleNotFoundError as error:
        raise DeviceError("AIE-DEV-002", where=name, package=error.name or catalogue[name]) from error
