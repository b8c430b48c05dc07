from __future__ import annotations

import importlib.metadata
from typing import Any

import pytest

from aiedge.devices.device import Device
from aiedge.errors import DeviceError
from aiedge.registry import driver_catalogue, find_driver, load_object
from aiedge_drivers import CATALOG


class Point:
    """An entry point that gives ``catalogue``."""

    def __init__(self, value: str, catalogue: Any) -> None:
        self.value = value
        self._catalogue = catalogue

    def load(self) -> Any:
        return self._catalogue


def install(monkeypatch: pytest.MonkeyPatch, *points: Point) -> None:
    def entry_points(group: str) -> list[Point]:
        assert group == "aiedge.drivers"
        return list(points)

    monkeypatch.setattr(importlib.metadata, "entry_points", entry_points)


def test_our_own_drivers_are_installed() -> None:
    assert CATALOG.items() <= driver_catalogue().items()


@pytest.mark.parametrize("name", sorted(CATALOG))
def test_every_driver_is_a_device_that_knows_its_name(name: str) -> None:
    found = find_driver(name)
    assert isinstance(found, type)
    assert issubclass(found, Device)
    assert found.driver == name
    assert found.options_model.model_config.get("frozen") is True
    assert found.options_model.model_config.get("extra") == "forbid"


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(DeviceError, match=r"'camera/simm'.*camera/folder, camera/sim, plc/"):
        find_driver("camera/simm")


def test_catalogues_of_several_packages_are_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point("b:C", {"x/one": "b:One"}), Point("a:C", {"x/two": "a:Two"}))
    assert driver_catalogue() == {"x/one": "b:One", "x/two": "a:Two"}


def test_the_same_catalogue_twice_is_no_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point("a:C", {"x/one": "a:One"}), Point("a:C", {"x/one": "a:One"}))
    assert driver_catalogue() == {"x/one": "a:One"}


def test_two_packages_with_one_name_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point("b:C", {"x/one": "b:One"}), Point("a:C", {"x/one": "a:One"}))
    with pytest.raises(DeviceError, match=r"AIE-DEV-008: b:C: .*'x/one' is also provided as a:One"):
        driver_catalogue()


def test_catalogue_must_be_a_mapping(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point("a:C", ["x/one"]))
    with pytest.raises(DeviceError, match="AIE-DEV-007: a:C"):
        driver_catalogue()


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point("a:C", {"x/one": "vendor_sdk_that_is_absent.camera:Camera"}))
    with pytest.raises(DeviceError, match=r"AIE-DEV-002: x/one: .*pip install vendor_sdk_that_is_absent"):
        find_driver("x/one")


def test_nothing_is_imported_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Point("a:C", {"x/one": "vendor_sdk_that_is_absent:Camera", "x/two": "json:loads"}))
    assert callable(find_driver("x/two"))


def test_load_object() -> None:
    assert load_object("aiedge.devices.device:Device") is Device
    with pytest.raises(AttributeError):
        load_object("aiedge.devices.device:Devise")
